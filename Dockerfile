# One image for every process; docker-compose.yml says which one a container runs.
FROM node:24-slim AS builder
WORKDIR /builder
# Packages change less often than the sources, so they are a layer of their own.
COPY platform/webui/builder/package.json platform/webui/builder/package-lock.json platform/webui/builder/.npmrc ./
RUN npm ci
COPY platform/webui/builder ./
RUN BUILDER_OUT=/built npm run build

FROM python:3.13-slim AS build
RUN pip install --no-cache-dir uv==0.13.9
ENV UV_COMPILE_BYTECODE=1 UV_LINK_MODE=copy UV_PYTHON_DOWNLOADS=never
WORKDIR /app
# Dependencies change less often than the code, so they are a layer of their own.
COPY pyproject.toml uv.lock ./
RUN uv sync --frozen --no-dev --no-install-project
COPY . .
COPY --from=builder /built platform/webui/static/webui/builder
RUN uv sync --frozen --no-dev --no-editable

FROM python:3.13-slim
RUN useradd --system --uid 10001 --create-home trellis \
    && install --directory --owner trellis --mode 700 /data
COPY --from=build /app/.venv /app/.venv
ENV PATH=/app/.venv/bin:$PATH PYTHONUNBUFFERED=1 TRELLIS_DATA_DIR=/data
WORKDIR /data
VOLUME /data
USER trellis
EXPOSE 8000
# Commands are a Python module and its arguments, as in launcher/processes.py.
ENTRYPOINT ["python", "-P", "-m"]
CMD ["uvicorn", "config.asgi:application", "--host", "0.0.0.0", "--port", "8000", "--forwarded-allow-ips", "", "--lifespan", "on", "--no-access-log", "--log-level", "warning", "--no-server-header", "--timeout-graceful-shutdown", "3", "--ws-per-message-deflate", "false"]
