# The exchange as a container: production dependencies alone, not root, one writable volume; works
# with a read-only root file system and without any capability (README.md, "In a container").
ARG BASE=docker.io/library/node:24-trixie-slim

FROM ${BASE} AS build
WORKDIR /build
COPY package.json package-lock.json ./
RUN npm ci --ignore-scripts --no-audit --no-fund
COPY . .
RUN node build.mjs && find dist -name '*.map' -delete && rm -r dist/check
# uWebSockets.js brings a binary for every system and version of Node.js: one is used.
RUN npm prune --omit=dev --ignore-scripts --no-audit --no-fund \
  && keep=$(node -p '`uws_linux_${process.arch}_${process.versions.modules}.node`') \
  && cd node_modules/uWebSockets.js \
  && test -f "$keep" \
  && find . -mindepth 1 -maxdepth 1 ! -name "$keep" ! -name '*.mjs' ! -name 'uws.js' \
    ! -name package.json ! -name LICENSE -exec rm -r {} +

FROM ${BASE}
LABEL org.opencontainers.image.title="Ringside" \
  org.opencontainers.image.description="An exchange you run yourself" \
  org.opencontainers.image.version="0.1.0" \
  org.opencontainers.image.licenses="MIT"
ENV NODE_ENV=production
WORKDIR /app
COPY --from=build /build/package.json /build/LICENSE ./
COPY --from=build /build/node_modules ./node_modules
COPY --from=build /build/dist ./dist
RUN install -d -o 10001 -g 10001 -m 0700 /var/lib/ringside
USER 10001:10001
VOLUME /var/lib/ringside
EXPOSE 7400 7401 7402
STOPSIGNAL SIGTERM
HEALTHCHECK --interval=10s --timeout=4s --start-period=60s CMD ["node", "-e", \
  "fetch('http://127.0.0.1:7402/livez').then((r) => process.exit(r.ok ? 0 : 1), () => process.exit(1))"]
ENTRYPOINT ["node", "/app/dist/ringside.js"]
CMD ["serve", "--data", "/var/lib/ringside/data", "--set", "host=0.0.0.0", "--set", "opsHost=0.0.0.0"]
