import { composeBoth, composeSupergraph, ourSdl, withoutScopes } from "./compose.ts";

/**
 * `npm run schema:compose`: whether the committed SDL composes, alone and beside a neighbour, with and without its scopes.
 * `npm run --silent schema:compose -- --without-scopes` prints the SDL without them, for a router that refuses them.
 */
if (process.argv.includes("--without-scopes")) {
  process.stdout.write(`${withoutScopes(ourSdl)}\n`);
} else {
  const urls = { ours: "http://127.0.0.1:4001/graphql", loans: "http://127.0.0.1:4002/graphql" };
  const ways = {
    alone: () => composeSupergraph([{ name: "diligence", url: urls.ours, sdl: ourSdl }]),
    "beside a neighbour": () => composeBoth(urls),
    "beside a neighbour, without @requiresScopes": () => composeBoth(urls, withoutScopes),
  };
  for (const [name, compose] of Object.entries(ways)) {
    process.stdout.write(`composes ${name}: a supergraph of ${compose().length} characters\n`);
  }
}
