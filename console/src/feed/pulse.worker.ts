// A page in the background has its timers slowed to one a minute; a worker has not. The watch must notice a dead line all the same.
const everyMs = 250;

setInterval(() => postMessage(null), everyMs);
