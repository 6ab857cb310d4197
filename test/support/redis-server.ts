/** A Redis that tests may use; undefined where there is none. */
export const redisServer = process.env.TEST_REDIS_URL;
