/** A WebSocket client over a raw connection. */
import { RawConnection } from './raw-client.ts';
import { acceptKey, WebSocketFrames } from './websocket.ts';

export interface WebSocketClient {
  readonly connection: RawConnection;
  /** Sends a text and gives the next text that comes back. */
  echo(text: string): Promise<string>;
  close(): void;
}

const KEY = 'c2hhZG93cGxhbmUtdGVzdA==';

/** @throws Error when the answer is not a proper switch of protocols. */
export async function openWebSocket(
  port: number,
  path: string,
  headers: Readonly<Record<string, string>> = {},
): Promise<WebSocketClient> {
  const connection = await RawConnection.open(port);
  let onText: (text: string) => void = () => {};
  const frames = new WebSocketFrames((text) => onText(text));
  connection.onTunnel = (data) => frames.push(data);
  const answer = await connection.request({
    path,
    headers: {
      connection: 'Upgrade',
      upgrade: 'websocket',
      'sec-websocket-version': '13',
      'sec-websocket-key': KEY,
      ...headers,
    },
  });
  if (answer.status !== 101 || answer.header('sec-websocket-accept') !== acceptKey(KEY)) {
    connection.close();
    throw new Error(`no WebSocket: ${answer.status} ${answer.message.body}`);
  }
  return {
    connection,
    echo: (text) =>
      new Promise((resolve, reject) => {
        onText = resolve;
        connection.socket.once('close', () => reject(new Error('closed')));
        connection.socket.write(WebSocketFrames.encode(text, { mask: true }));
      }),
    close: () => connection.close(),
  };
}
