// A connection that a client makes to this process.

/** A connection that was accepted. Bytes are read when they are asked for, and no others. */
export interface Connection {
  /** The next bytes that the client sends; undefined when it sends no more, or the connection is closed. */
  read(): Promise<Uint8Array | undefined>;
  /** Sends all of it and closes the sending end; resolves when the kernel has it or the connection is closed. */
  send(head: string, body: Uint8Array): Promise<void>;
  /** Cuts the connection off. */
  close(): void;
}

export interface Listening {
  readonly port: number;
  /** Accepts no more. */
  close(): void;
}
