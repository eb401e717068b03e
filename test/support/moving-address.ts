import { connect, createServer, type AddressInfo, type Socket } from 'node:net';

/** One address behind which servers take turns, as a name or a virtual IP of a database cluster is. */
export interface MovingAddress {
  readonly port: number;
  /** The server's host is gone: nothing is answered on open connections, and nobody is told. */
  readonly vanish: () => void;
  /** New connections lead to another port; those that are open stay as they are. */
  readonly moveTo: (port: number) => void;
  readonly close: () => void;
}

export async function movingAddress(target: number): Promise<MovingAddress> {
  let to: number | undefined = target;
  const sockets = new Set<Socket>();
  const server = createServer((socket) => {
    sockets.add(socket);
    socket.on('error', () => undefined);
    if (to === undefined) return;
    const upstream = connect(to, '127.0.0.1');
    sockets.add(upstream);
    upstream.on('error', () => socket.destroy());
    upstream.on('close', () => {
      if (!socket.isPaused()) socket.destroy();
    });
    socket.on('close', () => upstream.destroy());
    socket.pipe(upstream).pipe(socket);
  });
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
  return {
    port: (server.address() as AddressInfo).port,
    vanish: () => {
      to = undefined;
      for (const socket of sockets) socket.unpipe().pause();
    },
    moveTo: (port) => {
      to = port;
    },
    close: () => {
      server.close();
      for (const socket of sockets) socket.destroy();
    },
  };
}
