// What an inspection told, as text: the outline, what it was recognised as, routers, experts and health a row a layer.
import { abbreviated, byteSize, grouped, percent, significant } from '../../charts/index.ts';
import type { Inspected, InspectedDifference } from '../../shared/inspected.ts';
import {
  type Drift,
  type Outline,
  parts,
  type Recognition,
  type StoreListing,
  type TensorStatistics,
} from '../../shared/inspection.ts';
import { plain } from '../lab/text.ts';
import { counted } from './counted.ts';
import { textTable } from './text-table.ts';

export function inspectionText(inspected: Inspected): string {
  if (inspected.store) return storeText(inspected.store);
  if (inspected.difference) return differenceText(inspected.difference);
  const sections = [outlineText(inspected), routersText(inspected), expertsText(inspected), healthText(inspected)];
  return sections.filter((text) => text !== '').join('\n');
}

const shardLine = ({ source, path, files, tensors, bytes, dtypes }: Outline) =>
  `${plain(path, 300)}\n${source}, ${grouped(files.length)} ${files.length === 1 ? 'file' : 'files'}, ${byteSize(bytes)}, ${grouped(tensors.length)} tensors: ${Object.entries(
    dtypes,
  )
    .map(([name, of]) => `${plain(name, 20)} ${grouped(of.tensors)}`)
    .join(', ')}\n`;

function recognitionText({ label, evidence, doubts, unknown, unknownCount }: Recognition): string {
  const names = unknown.slice(0, 5).map((name) => plain(name, 80));
  return [
    `Recognised: ${label}`,
    ...evidence.map((text) => `  ${plain(text, 300)}`),
    ...doubts.map((text) => `  Doubt: ${plain(text, 300)}`),
    ...(unknownCount > 0
      ? [
          `  Of no known part: ${grouped(unknownCount)} tensors, ${names.join(', ')}${unknownCount > names.length ? ', …' : ''}`,
        ]
      : []),
    '',
  ].join('\n');
}

function outlineText({ outline, recognition, parameters, checkpoint, verification }: Inspected): string {
  const lines = outline ? [shardLine(outline)] : [];
  if (checkpoint)
    lines.push(`Checkpoint of "${plain(checkpoint.configuration.name)}", step ${grouped(checkpoint.step)}\n`);
  if (verification) {
    lines.push(
      verification.verified
        ? 'Every byte is as its hashes say.\n'
        : `Not verified: ${plain(verification.reason ?? '', 400)}\n`,
    );
  }
  if (recognition) lines.push(recognitionText(recognition));
  if (parameters) {
    const active = parameters.active === null ? '' : `, ${abbreviated(parameters.active)} active`;
    const shares = parts
      .filter((part) => parameters.parts[part] > 0)
      .map((part) => `${part} ${percent(parameters.parts[part] / parameters.total)}`);
    lines.push(`Parameters: ${abbreviated(parameters.total)}${active}: ${shares.join(', ')}\n`);
  }
  return lines.join('');
}

function routersText({ routers }: Inspected): string {
  if (routers.length === 0) return '';
  const column = (label: string, value: (router: (typeof routers)[number]) => string) => ({
    label,
    values: routers.map(value),
  });
  return `Routers\n${textTable([
    { ...column('layer', ({ layer }) => String(layer)), align: 'left' },
    column('E', ({ experts }) => String(experts)),
    column('SimBal loss', ({ simbal }) => significant(simbal)),
    column('mean square', ({ meanSquare }) => significant(meanSquare)),
    column('singular values', ({ singularValues: values }) => spread(values)),
    column('norms', ({ norms }) => spread(norms)),
    column('bias', ({ bias }) =>
      bias ? `${significant(bias.minimum, 3)} to ${significant(bias.maximum, 3)}` : 'none',
    ),
    column('most similar', ({ mostSimilar: [first] }) =>
      first ? `${first.experts.join(', ')}: ${significant(first.cosine, 3)}` : '',
    ),
  ])}`;
}

/** The least and the most of them. */
function spread(values: readonly number[]): string {
  if (values.length === 0) return 'none';
  const [low, high] = [values.reduce((a, b) => Math.min(a, b)), values.reduce((a, b) => Math.max(a, b))];
  return `${significant(low, 3)} to ${significant(high, 3)}`;
}

function expertsText({ experts }: Inspected): string {
  if (experts.length === 0) return '';
  const column = (label: string, value: (of: (typeof experts)[number]) => string) => ({
    label,
    values: experts.map(value),
  });
  return `Experts (similarity of weights, which is not PES)\n${textTable([
    { ...column('layer', ({ layer }) => String(layer)), align: 'left' },
    column('gate norms', ({ norms }) => spread(norms.gate)),
    column('down norms', ({ norms }) => spread(norms.down)),
    column('mean similarity', ({ meanSimilarity, error }) =>
      error === null
        ? significant(meanSimilarity, 3)
        : `${significant(meanSimilarity, 3)} (each ± ${significant(error, 2)})`,
    ),
    column('near duplicates', ({ nearDuplicates }) => String(nearDuplicates.length)),
    column('dead', ({ dead }) => dead.map(({ expert }) => expert).join(', ') || 'none'),
  ])}`;
}

function healthText({ health }: Inspected): string {
  if (health.length === 0) return '';
  const sum = (of: 'elements' | 'nan' | 'infinite' | 'denormal' | 'outliers') =>
    health.reduce((total, one) => total + one[of], 0);
  const damaged = health.flatMap((one) => one.damaged).slice(0, 10);
  return [
    `Health: ${grouped(sum('elements'))} numbers, ${grouped(sum('nan'))} NaN, ${grouped(sum('infinite'))} infinite, ${grouped(
      sum('denormal'),
    )} denormal, ${grouped(sum('outliers'))} beyond 6 deviations`,
    ...damaged.map((name) => `  Damaged: ${plain(name, 200)}`),
    '',
  ].join('\n');
}

function differenceText({ outlines, recognitions, incomparable, ...found }: InspectedDifference): string {
  const relative = ({ relative: value }: Drift) => (value === null ? 'all zero before' : percent(value));
  const layers = found.matchings.map(({ layer, moved, drift }) => ({
    layer,
    moved,
    experts: drift,
    router: found.routers.find((router) => router.layer === layer),
  }));
  return [
    ...(outlines ? [`A: ${shardLine(outlines.a)}`, `B: ${shardLine(outlines.b)}`] : []),
    ...(recognitions ? [`A is ${recognitions.a.label}, B is ${recognitions.b.label}.\n`] : []),
    ...incomparable.slice(0, 10).map((reason) => `  Not compared: ${plain(reason, 300)}\n`),
    ...(layers.length > 0
      ? [
          '\n',
          textTable([
            { label: 'layer', values: layers.map(({ layer }) => String(layer)), align: 'left' },
            { label: 'router drift', values: layers.map(({ router }) => (router ? relative(router.drift) : '')) },
            {
              label: 'largest angle',
              values: layers.map(({ router }) => {
                const angle = router?.principalAngles?.at(-1);
                return angle === undefined ? 'none' : `${significant((angle * 180) / Math.PI, 3)}°`;
              }),
            },
            { label: 'expert drift', values: layers.map(({ experts }) => relative(experts)) },
            { label: 'experts moved', values: layers.map(({ moved }) => String(moved)) },
          ]),
        ]
      : []),
    ...(found.mostChanged.length > 0
      ? [
          '\nChanged most\n',
          ...found.mostChanged.slice(0, 10).map(({ name, drift }) => `  ${relative(drift)}  ${plain(name, 120)}\n`),
        ]
      : []),
  ].join('');
}

function storeText({ path, runs, runCount, experiments }: StoreListing): string {
  return [
    `The store of a lab in ${plain(path, 300)}: ${counted(runCount, 'run')} in ${counted(experiments, 'experiment')}, read and not changed\n`,
    textTable([
      { label: 'run', values: runs.map(({ id }) => plain(id, 20)), align: 'left' },
      { label: 'name', values: runs.map(({ name }) => plain(name, 50)), align: 'left' },
      { label: 'status', values: runs.map(({ status }) => plain(status, 12)), align: 'left' },
      {
        label: 'checkpoints',
        values: runs.map(({ checkpoints }) => checkpoints.map(({ step }) => step).join(', ')),
        align: 'left',
      },
    ]),
    'Inspect one of them: its folder lies in checkpoints, by run and step.\n',
  ].join('');
}

export function tensorText(tensor: TensorStatistics): string {
  const { name, elements, nan, infinite, zero, minimum, maximum, mean, deviation, norm, histogram } = tensor;
  const orNone = (value: number | null) => (value === null ? 'none' : significant(value));
  const most = histogram.reduce((top, { count }) => Math.max(top, count), 1);
  return [
    plain(name, 300),
    `${grouped(elements)} numbers, ${grouped(nan)} NaN, ${grouped(infinite)} infinite, ${grouped(zero)} zero`,
    `from ${orNone(minimum)} to ${orNone(maximum)}, mean ${orNone(mean)}, deviation ${orNone(deviation)}, norm ${significant(norm)}`,
    ...histogram.map(
      ({ from, count }) => `${significant(from, 3).padStart(12)}  ${'█'.repeat(Math.round((40 * count) / most))}`,
    ),
    '',
  ].join('\n');
}
