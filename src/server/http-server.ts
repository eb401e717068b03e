import { createServer, type RequestListener, type Server } from 'node:http';

/** What one connection may take, of time and of memory. Milliseconds. */
export interface HttpLimits {
  /** Until the headers are there. */
  readonly headers: number;
  /** Until the whole request is there, its body included. */
  readonly request: number;
  /** Between two requests of one connection. */
  readonly keepAlive: number;
  /** Without a byte in either direction while an answer is due or not read. */
  readonly idle: number;
  /** Between two looks for connections that took too long. */
  readonly check: number;
  readonly connections: number;
  readonly requestsPerConnection: number;
  /** Bytes of all headers of a request. */
  readonly headerBytes: number;
  readonly headerCount: number;
}

/**
 * A chart of 16 MB takes 13 seconds at 10 Mbit/s. Proxies keep connections for a minute: ours are to last longer, or a
 * call may meet one that is just being closed.
 */
export const DEFAULT_HTTP_LIMITS: HttpLimits = {
  headers: 10_000,
  request: 30_000,
  keepAlive: 65_000,
  idle: 60_000,
  check: 1000,
  connections: 1000,
  requestsPerConnection: 1000,
  headerBytes: 16 * 1024,
  headerCount: 100,
};

/** Node answers what is over a limit by itself: 408 (too slow), 431 (headers), or it closes the connection. */
export function createHttpServer(handler: RequestListener, limits: HttpLimits = DEFAULT_HTTP_LIMITS): Server {
  const server = createServer(
    {
      headersTimeout: limits.headers,
      requestTimeout: limits.request,
      keepAliveTimeout: limits.keepAlive,
      connectionsCheckingInterval: limits.check,
      maxHeaderSize: limits.headerBytes,
      requireHostHeader: true,
    },
    handler,
  );
  server.timeout = limits.idle;
  server.maxConnections = limits.connections;
  server.maxRequestsPerSocket = limits.requestsPerConnection;
  server.maxHeadersCount = limits.headerCount;
  return server;
}

/**
 * Takes no new connection, finishes every request that has begun, and then closes; after the limit it closes all the same.
 * @param milliseconds for what has begun
 * @returns whether everything was finished
 */
export function closeGracefully(server: Server, milliseconds: number): Promise<boolean> {
  // A request that still comes on an open connection is answered as its last.
  server.prependListener('request', (_request, response) => {
    response.setHeader('connection', 'close');
  });
  return new Promise((resolve) => {
    let isFinished = true;
    const idle = setInterval(() => {
      server.closeIdleConnections();
    }, 50);
    const limit = setTimeout(() => {
      isFinished = false;
      server.closeAllConnections();
    }, milliseconds);
    server.close(() => {
      clearInterval(idle);
      clearTimeout(limit);
      resolve(isFinished);
    });
  });
}
