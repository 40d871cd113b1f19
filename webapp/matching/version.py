"""The version of the engine: raised whenever the same profile, catalogue and weights may give another ranking."""

ENGINE_VERSION = "1.2.1"
