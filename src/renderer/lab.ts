// How this page reaches the lab: the window's own bridge, or a WebSocket to where it came from. The only file that knows
// which; everything else sees a LabConnection.
import type { Api, ApiEvent } from '../shared/api.ts';

export interface LabConnection {
  api: Api;
  /** Until the answer is called. */
  watch(listener: (event: ApiEvent) => void): () => void;
  /** Told at once whether the lab answers, and on every change. */
  watchConnection(listener: (connected: boolean) => void): () => void;
}
