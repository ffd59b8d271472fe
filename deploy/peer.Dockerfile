# One peer. From the root of the checkout: docker build --file deploy/peer.Dockerfile --tag covey-peer .
# Sources run as they are; nothing is compiled.

FROM node:24-bookworm-slim AS sources
WORKDIR /app
COPY package.json pnpm-lock.yaml pnpm-workspace.yaml ./
COPY packages packages
COPY services services
# Whoever checked them out may have kept them from others; the user below has to read them.
RUN chmod -R go=rX .

# Without sources, so that only other dependencies are fetched anew.
FROM sources AS manifests
RUN find packages services -type f ! -name package.json -delete && find . -type d -empty -delete

FROM node:24-bookworm-slim AS dependencies
# Another npm registry than the public one.
ARG NPM_CONFIG_REGISTRY
RUN npm install --global pnpm@12.21.0
WORKDIR /app
COPY --from=manifests /app ./
# Few downloads at once: a proxy in between may hold back a hundred.
RUN pnpm install --frozen-lockfile --prod --filter-prod '@covey/peer...' --network-concurrency 8 \
    ${NPM_CONFIG_REGISTRY:+--registry "$NPM_CONFIG_REGISTRY"}

FROM node:24-bookworm-slim
COPY deploy/covey /usr/local/bin/covey
# A new volume takes over owner and mode of the folder it hides.
RUN chmod 755 /usr/local/bin/covey && install --directory --owner=node --group=node --mode=0700 /data
WORKDIR /app
COPY --from=dependencies /app ./
COPY --from=sources /app ./
# Discovery would look for neighbours in the container's own network, where there are none.
ENV PEER_DATA=/data PEER_LISTEN=[::]:4500 PEER_LAN_DISCOVERY=false
# Else the youngest objects would fill 134 MB before they are collected, and each thread would keep memory that others could use.
ENV NODE_OPTIONS=--max-semi-space-size=8 MALLOC_ARENA_MAX=1
# Compiled here once, by running the program that loads all of it, and not at each start.
ENV NODE_COMPILE_CACHE=/app/.compile-cache
RUN node services/peer/src/cli/main.ts help >/dev/null && chmod -R go=rX /app/.compile-cache
USER node
VOLUME /data
EXPOSE 4500
# The daemon itself has to answer, by the token of this start.
HEALTHCHECK --interval=30s --timeout=10s --start-period=30s --start-interval=1s \
    CMD covey accounts --json >/dev/null
CMD ["node", "services/peer/src/main.ts"]
