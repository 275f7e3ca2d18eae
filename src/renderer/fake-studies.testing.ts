// The calls of studies with invented results, complete as soon as they are asked for: for pictures and tests of the page.
import type { ApiHandlers, StudyRequest, StudyRow } from '../shared/api.ts';
import { LabError } from '../shared/errors.ts';
import { pretendedParts } from '../shared/studies/pretended-parts.testing.ts';
import { livelyPruning } from './fake-pruning.testing.ts';

const model = { layers: 4, experts: 16, active: 2, width: 64 };

export function fakeStudies(): ApiHandlers['studies'] {
  const studies = new Map<string, StudyRow>();
  const found = (id: string) => {
    const study = studies.get(id);
    if (study) return study;
    throw new LabError('not-found', `There is no study "${id}" in this lab.`, { field: 'study', value: id });
  };
  return {
    list: ({ runs }) => [...studies.values()].filter(({ run }) => !runs || runs.includes(run)).reverse(),
    parts({ study }) {
      const { request } = found(study);
      const parts = pretendedParts(request, model);
      return request.kind === 'pruning' ? livelyPruning(parts, request) : parts;
    },
    estimate: () => ({ tokens: 196_608, flops: 3.4e11, seconds: 12, memory: 71e6, storedBytes: 83_000 }),
    start({ request }) {
      const hash = JSON.stringify(request);
      const known = [...studies.values()].find((study) => study.hash === hash);
      const study = known ?? complete(`1study${String(studies.size).padStart(3, '0')}`, hash, request);
      studies.set(study.id, study);
      return study;
    },
    stop: ({ study }) => found(study),
    remove({ study }) {
      studies.delete(found(study).id);
      return null;
    },
  };
}

function complete(id: string, hash: string, request: StudyRequest): StudyRow {
  const total = pretendedParts(request, model).length;
  const provenance = { engine: 'onnx-cpu', device: 'pretended', threads: 2, versions: {} };
  const time = '2026-01-02T03:04:05.678Z';
  const times = { created: time, changed: time };
  const row = { id, run: request.run, request, hash, status: 'completed' as const, message: null };
  return { ...row, queuePosition: null, provenance, done: total, total, ...times };
}
