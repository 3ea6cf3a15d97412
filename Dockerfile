# The bot in an image: slim Debian, not root, and nothing to write to where DATABASE_URL names PostgreSQL. With it the
# proxy of compose.yaml. `make image-check` carries out what stands here without a container engine.

FROM debian:bookworm-slim AS python
RUN apt-get update \
 && apt-get install --yes --no-install-recommends ca-certificates python3 \
 && rm -rf /var/lib/apt/lists/*

FROM python AS build
RUN apt-get update && apt-get install --yes --no-install-recommends python3-venv
RUN python3 -m venv /opt/volt-bot
WORKDIR /src
COPY requirements.txt ./
RUN /opt/volt-bot/bin/pip install --no-cache-dir --require-hashes --only-binary :all: --requirement requirements.txt
COPY pyproject.toml README.md LICENSE ./
COPY manifests manifests
COPY bot bot
RUN /opt/volt-bot/bin/pip install --no-cache-dir --no-deps --no-build-isolation .

FROM debian:bookworm-slim AS proxy
RUN apt-get update \
 && apt-get install --yes --no-install-recommends ca-certificates caddy \
 && rm -rf /var/lib/apt/lists/* \
 && install --directory --owner 10002 --group 10002 --mode 0700 /data
COPY Caddyfile /etc/caddy/Caddyfile
ENV HOME=/data XDG_DATA_HOME=/data XDG_CONFIG_HOME=/tmp
USER 10002:10002
EXPOSE 8080 8443
CMD ["caddy", "run", "--config", "/etc/caddy/Caddyfile", "--adapter", "caddyfile"]

FROM python AS bot
RUN useradd --uid 10001 --user-group --no-create-home --home-dir /var/lib/volt-bot --shell /usr/sbin/nologin volt-bot \
 && install --directory --owner volt-bot --group volt-bot --mode 0700 /var/lib/volt-bot
COPY --from=build /opt/volt-bot /opt/volt-bot
ENV PATH=/opt/volt-bot/bin:/usr/bin:/bin HOME=/var/lib/volt-bot PYTHONDONTWRITEBYTECODE=1
ENV HOST=0.0.0.0 PORT=3000
USER 10001:10001
WORKDIR /var/lib/volt-bot
EXPOSE 3000
# Not by urllib, which would ask a proxy that the settings name.
HEALTHCHECK --interval=5s --timeout=3s --start-period=30s --retries=3 \
    CMD ["python", "-c", "import http.client, os; bot = http.client.HTTPConnection('127.0.0.1', int(os.environ['PORT']), timeout=2); bot.request('GET', '/healthz'); raise SystemExit(bot.getresponse().status != 200)"]
CMD ["volt-bot", "serve"]
