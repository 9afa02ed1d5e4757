/** Gives each message back, over the channel that a pipeline process has: half the way there and back is its price. */
process.on('message', (message) => process.send(message));
process.on('disconnect', () => process.exit());
