// A connection from a client to this process.

/** An accepted connection. Bytes are read only on demand. */
export interface Connection {
  /** The next bytes from the client; undefined when it sends no more, or the connection is closed. */
  read(): Promise<Uint8Array | undefined>;
  /** Sends everything and closes the sending end; resolves when the kernel has it or the connection is closed. */
  send(head: string, body: Uint8Array): Promise<void>;
  /** Aborts the connection. */
  close(): void;
}

export interface Listening {
  readonly port: number;
  /** Stops accepting connections. */
  close(): void;
}
