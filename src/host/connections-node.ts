// Connections on Node.
import { type AddressInfo, createServer, type Socket } from "node:net";
import type { Address } from "./address.ts";
import type { Connection, Listening } from "./connection.ts";

export function listenOnNode({ host, port }: Address, accept: (connection: Connection) => void): Promise<Listening> {
  return new Promise((resolve, reject) => {
    // The client may close its sending end before it gets the response.
    const server = createServer({ allowHalfOpen: true }, (socket) => accept(connectionOf(socket)));
    server.on("error", reject);
    server.listen(port, host, () => {
      resolve({ port: (server.address() as AddressInfo).port, close: () => void server.close() });
    });
  });
}

function connectionOf(socket: Socket): Connection {
  socket.on("error", () => {});
  return {
    // The socket flows only while a read is pending: reading on demand ("readable") takes more memory.
    read: () =>
      new Promise((resolve) => {
        const settle = (bytes?: Uint8Array) => {
          socket.off("data", settle).off("end", end).off("close", end).pause();
          resolve(bytes);
        };
        const end = () => settle();
        if (socket.destroyed || socket.readableEnded) resolve(undefined);
        else socket.on("data", settle).on("end", end).on("close", end).resume();
      }),
    send: (head, body) =>
      new Promise((resolve) => {
        if (socket.destroyed) return resolve();
        socket.once("close", resolve);
        socket.write(head);
        socket.end(body, resolve);
      }),
    close: () => void socket.destroy(),
  };
}
