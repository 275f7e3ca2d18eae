// The lab of a home folder, served as `simbal serve` does, with the page built from its sources.
import { buildPage } from '../../e2e/build-page.ts';
import { type LabApi, openLabApi } from '../../src/main/lab-api/index.ts';
import { pageFiles } from '../../src/main/page/page-files.ts';
import { startServer } from '../../src/main/serve/server.ts';

export interface ServedComparison {
  labApi: LabApi;
  address: string;
  close(): Promise<void>;
}

export async function serveHome(home: string, page: string): Promise<ServedComparison> {
  const labApi = openLabApi({ home, door: 'browser' });
  const server = await startServer({ files: pageFiles(await buildPage(page)), port: 0, serve: labApi.serve });
  return {
    labApi,
    address: server.address,
    async close() {
      await server.close();
      await labApi.close();
    },
  };
}
