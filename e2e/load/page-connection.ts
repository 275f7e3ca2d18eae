// The calls of a served lab as a page has them, without a page.
import { credentialsOf, openPageSocket } from '../../src/main/serve/page-credentials.testing.ts';
import { type Client, connect } from '../../src/shared/rpc.ts';
import { overWebSocket } from '../../src/shared/transports.ts';

/** @param address as the lab prints it, with its token */
export const connectPage = async (address: string): Promise<Client> =>
  connect(overWebSocket(openPageSocket(await credentialsOf(address)) as never));
