/** A button that asks the control plane for one thing. */
import { useState } from 'preact/hooks';
import { ApiError, sendJson } from '../../api/index.ts';
import { type Topic, tellChanged } from '../../state/index.ts';

export interface Post {
  readonly isSending: boolean;
  /** Why the last one was refused. */
  readonly refusal: string | undefined;
  send(path: string, body?: unknown): void;
}

export function usePost(topic: Topic): Post {
  const [isSending, setSending] = useState(false);
  const [refusal, setRefusal] = useState<string>();
  const send = async (path: string, body?: unknown): Promise<void> => {
    setSending(true);
    setRefusal(undefined);
    try {
      await sendJson('POST', path, body);
    } catch (error) {
      setRefusal(error instanceof ApiError ? error.message : String(error));
    }
    setSending(false);
    tellChanged(topic);
  };
  return { isSending, refusal, send: (path, body) => void send(path, body) };
}
