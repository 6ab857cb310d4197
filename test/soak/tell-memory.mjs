// Loaded into the service before its own code, with --expose-gc: answers with its memory after a collection, whenever asked.
process.on("message", async () => {
  for (let round = 0; round < 3; round += 1) {
    globalThis.gc();
    await new Promise((soon) => setTimeout(soon, 50));
  }
  const { heapUsed, rss, external } = process.memoryUsage();
  process.send?.({ heapUsed, rss, external, handles: process.getActiveResourcesInfo().length });
});
// Only whoever asks keeps the channel; it does not keep the process.
process.channel?.unref();
