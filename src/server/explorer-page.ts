import { graphqlPath } from "./graphql-path.ts";

/**
 * The page that opens Apollo's explorer on this service. The explorer itself is loaded from Apollo; a machine that can't
 * load it is sent on to GraphiQL.
 */
export function explorerPage(firstQuery: string): string {
  const options = JSON.stringify({
    target: "#explorer",
    initialState: { document: firstQuery, pollForSchemaUpdates: false },
  });
  return `<!doctype html>
<html lang="en">
<head>
  <meta charset="utf-8">
  <title>Diligence</title>
  <style>html, body, #explorer { height: 100%; margin: 0; } .offline { font-family: system-ui; padding: 2rem; }</style>
</head>
<body>
  <div id="explorer"><p class="offline">Loading Apollo's explorer, which needs the internet. Without it there is
  <a href="/graphiql">GraphiQL</a>.</p></div>
  <script src="https://embeddable-sandbox.cdn.apollographql.com/v2/embeddable-sandbox.umd.production.min.js"></script>
  <script>
    const options = ${options.replaceAll("<", "\\u003c")};
    if (window.EmbeddedSandbox) {
      document.querySelector("#explorer").replaceChildren();
      new window.EmbeddedSandbox({ ...options, initialEndpoint: new URL("${graphqlPath}", window.location.href).href });
    } else {
      window.location.replace("/graphiql");
    }
  </script>
</body>
</html>
`;
}
