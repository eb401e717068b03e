import { readFileSync } from 'node:fs';
import { createServer, type RequestListener, type Server } from 'node:http';
import type { Socket } from 'node:net';
import { createServer as createTlsServer, type Server as TlsServer } from 'node:https';
import { createSecureContext, type SecureContextOptions } from 'node:tls';
import { wrongSettings, type TlsFiles } from './config.ts';

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

/** Part of all connections at which idle ones are closed to make room. */
const NEARLY_FULL = 0.8;

/**
 * Node answers what is over a limit by itself: 408 (too slow), 431 (headers), or it closes the connection.
 * @param tls when this process ends TLS itself
 * @throws WrongSettings when a file of `tls` cannot be read or used
 */
export function createHttpServer(
  handler: RequestListener,
  limits: HttpLimits = DEFAULT_HTTP_LIMITS,
  tls?: TlsFiles,
): Server | TlsServer {
  const options = {
    headersTimeout: limits.headers,
    requestTimeout: limits.request,
    keepAliveTimeout: limits.keepAlive,
    connectionsCheckingInterval: limits.check,
    maxHeaderSize: limits.headerBytes,
    requireHostHeader: true,
  };
  const server =
    tls === undefined
      ? createServer(options, handler)
      : createTlsServer({ ...options, ...secureOptions(tls), handshakeTimeout: limits.headers }, handler);
  server.timeout = limits.idle;
  server.maxConnections = limits.connections;
  server.maxRequestsPerSocket = limits.requestsPerConnection;
  server.maxHeadersCount = limits.headerCount;
  const sockets = new Set<Socket>();
  open.set(server, sockets);
  server.on('connection', (socket: Socket) => {
    sockets.add(socket);
    socket.once('close', () => sockets.delete(socket));
    // Whoever keeps connections that he does not use must not keep others out.
    if (sockets.size > limits.connections * NEARLY_FULL) server.closeIdleConnections();
  });
  return server;
}

/** TLS 1.2 or newer (CRD-S-01). @throws WrongSettings */
export function secureOptions({ certificate, key, clientAuthorities }: TlsFiles): SecureContextOptions & {
  readonly requestCert: boolean;
  readonly rejectUnauthorized: boolean;
} {
  const isMutual = clientAuthorities !== undefined;
  const options = {
    cert: readSetting('TLS_CERT', certificate),
    key: readSetting('TLS_KEY', key),
    ...(isMutual ? { ca: readSetting('TLS_CLIENT_CA', clientAuthorities) } : {}),
    minVersion: 'TLSv1.2',
  } as const;
  try {
    createSecureContext(options);
  } catch (error) {
    throw wrongSettings([`TLS_CERT and TLS_KEY cannot be used: ${codeOf(error)}`]);
  }
  return { ...options, requestCert: isMutual, rejectUnauthorized: isMutual };
}

function readSetting(name: string, path: string): Buffer {
  try {
    return readFileSync(path);
  } catch (error) {
    throw wrongSettings([`${name} cannot be read: ${codeOf(error)}`]);
  }
}

const codeOf = (error: unknown): string =>
  error instanceof Error && 'code' in error ? String(error.code) : 'unknown error';

/** The connections of each server. */
const open = new WeakMap<Server | TlsServer, ReadonlySet<Socket>>();

/** Node takes a connection that has never been used for one whose request is on its way, and not for an idle one. */
function closeUnusedConnections(server: Server | TlsServer): void {
  for (const socket of open.get(server) ?? []) if (socket.bytesRead === 0) socket.destroy();
}

/**
 * Takes no new connection, finishes every request that has begun, and then closes; after the limit it closes all the same.
 * @param milliseconds for what has begun
 * @returns whether everything was finished
 */
export function closeGracefully(server: Server | TlsServer, milliseconds: number): Promise<boolean> {
  // A request that still comes on an open connection is answered as its last.
  server.prependListener('request', (_request, response) => {
    response.setHeader('connection', 'close');
  });
  return new Promise((resolve) => {
    let isFinished = true;
    const idle = setInterval(() => {
      server.closeIdleConnections();
      closeUnusedConnections(server);
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
