#!/bin/sh
# Runs once, when PostgreSQL starts on an empty volume: the application's own role and database.
set -eu
: "${DATABASE_PASSWORD:?DATABASE_PASSWORD must be set}"

# psql quotes the password itself: no character in it can end the statement.
psql --no-psqlrc --set ON_ERROR_STOP=1 --username "${POSTGRES_USER:-postgres}" --dbname postgres --set password="$DATABASE_PASSWORD" <<'SQL'
CREATE ROLE program_match LOGIN PASSWORD :'password';
CREATE DATABASE program_match OWNER program_match ENCODING 'UTF8' TEMPLATE template0;
REVOKE ALL ON DATABASE program_match FROM PUBLIC;
SQL
