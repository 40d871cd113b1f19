# The image that web, worker, schedule and migrations share. Build: docker compose build
ARG PYTHON=3.11

FROM python:${PYTHON}-slim-bookworm AS build
ENV PIP_DISABLE_PIP_VERSION_CHECK=1 PIP_NO_CACHE_DIR=1 PIP_ROOT_USER_ACTION=ignore
WORKDIR /src
RUN python -m venv --without-pip /opt/program-match
COPY requirements/run.lock requirements/run.lock
RUN pip --python /opt/program-match/bin/python install --require-hashes -r requirements/run.lock
COPY pyproject.toml README.md ./
COPY requirements/run.in requirements/run.in
COPY migrations migrations
COPY workers workers
COPY webapp webapp
RUN pip --python /opt/program-match/bin/python install --no-deps .

FROM python:${PYTHON}-slim-bookworm
# Nothing is compiled or installed from here on, and the programs cannot write to what they run from.
RUN useradd --system --uid 10001 --user-group --no-create-home --shell /usr/sbin/nologin app \
 && install -d -o app -g app -m 0700 /var/lib/program-match /run/metrics
COPY --from=build /opt/program-match /opt/program-match
ENV PATH=/opt/program-match/bin:$PATH \
    PYTHONUNBUFFERED=1 \
    PYTHONDONTWRITEBYTECODE=1 \
    OPENBLAS_NUM_THREADS=1 \
    ENVIRONMENT=production \
    VAR_DIR=/var/lib/program-match
WORKDIR /var/lib/program-match
USER 10001:10001
EXPOSE 8000
STOPSIGNAL SIGTERM
CMD ["gunicorn", "webapp.app:create_app_from_environment()", "--no-control-socket", "--bind", "0.0.0.0:8000"]
