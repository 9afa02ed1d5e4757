export { HttpServer, type HttpServerOptions } from './server.js';
export { addressOf, type HttpAddress } from './address.js';
export { isToken, readToken } from './token.js';
