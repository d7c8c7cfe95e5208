# The control plane: `docker build .`; the example's order services and traffic: `docker build --target orders .`.
# Everything is compiled in the first stage; what runs carries neither compilers nor TypeScript nor test tools.
FROM node:22-bookworm-slim AS build
WORKDIR /src
COPY package.json package-lock.json .npmrc ./
RUN npm ci --no-audit --no-fund
COPY . .
# The manifest in dist/ names only what runs: with it in place, prune leaves only that.
RUN npm run build && cp dist/package.json package.json && npm prune --omit=dev --no-audit --no-fund

FROM node:22-bookworm-slim AS orders
WORKDIR /app
COPY --from=build /src/dist/package.json ./
COPY --from=build /src/dist/examples ./examples
# Its guard, and what that needs.
COPY --from=build /src/dist/guard ./guard
COPY --from=build /src/dist/errors ./errors
USER node
EXPOSE 8080
ENTRYPOINT ["node"]
CMD ["examples/orders/server.js", "--service", "v1", "--listen", ":8080"]

FROM node:22-bookworm-slim AS control-plane
WORKDIR /app
# libsql picks its binary by the name of the machine; a wrong libc or architecture shows here and not at the first write.
COPY --from=build /src/node_modules ./node_modules
COPY --from=build /src/dist ./
RUN node -e "require('libsql')" && mkdir /data && chown node:node /data
# Where it listens is beyond loopback, so it asks for credentials (docs/security.md) or to be told that it need not.
ENV NODE_ENV=production \
    SHADOWPLANE_DATA_DIR=/data \
    SHADOWPLANE_API_LISTEN=0.0.0.0:8790 \
    SHADOWPLANE_XDS_LISTEN=0.0.0.0:18000
USER node
VOLUME /data
EXPOSE 8790 18000 18001
HEALTHCHECK --interval=5s --timeout=3s --start-period=20s --retries=3 \
  CMD ["node", "-e", "fetch('http://127.0.0.1:8790/healthz').then(({ ok }) => process.exit(ok ? 0 : 1), () => process.exit(1))"]
ENTRYPOINT ["node", "cli/shadowplane.js"]
CMD ["serve", "-f", "/etc/shadowplane/shadowplane.yaml"]
