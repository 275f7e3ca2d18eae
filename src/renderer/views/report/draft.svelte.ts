// The report that is being put together: its words, its sections in order, and what was kept to make it again.
import {
  type CheckpointChoice,
  type ReportFormat,
  type ReportRequest,
  type ReportRow,
  type ReportSection,
  reportPresets,
  reportSectionKeys,
} from '../../../shared/report.ts';

export class ReportDraft {
  title = $state('');
  note = $state('');
  /** All of them in the order of the report; which are in it. */
  order = $state.raw<readonly ReportSection[]>(reportSectionKeys);
  chosen = $state.raw<ReadonlySet<ReportSection>>(new Set(reportSectionKeys));
  notes = $state<Partial<Record<ReportSection, string>>>({});
  titles = $state<Partial<Record<ReportSection, string>>>({});
  /** Ids of imported curves beside the losses. */
  curves = $state.raw<ReadonlySet<string>>(new Set());
  formats = $state.raw<ReadonlySet<ReportFormat>>(new Set<ReportFormat>(['html', 'pdf']));
  checkpoints = $state<CheckpointChoice>('last');
  /** The kept request that this one is. */
  kept = $state.raw<string | null>(null);

  request(runs: readonly string[]): ReportRequest {
    const sections = this.order.filter((key) => this.chosen.has(key));
    const written = (texts: Partial<Record<ReportSection, string>>) =>
      Object.fromEntries(Object.entries(texts).filter(([, text]) => text.trim() !== ''));
    const { title, note, notes, titles } = this;
    const own = { title, note, notes: written(notes), titles: written(titles) };
    return { runs: [...runs], ...own, sections, curves: [...this.curves] };
  }

  fill({ id, request }: ReportRow): void {
    this.kept = id;
    this.title = request.title;
    this.note = request.note;
    this.notes = { ...request.notes };
    this.titles = { ...request.titles };
    this.curves = new Set(request.curves);
    this.#choose(request.sections);
  }

  preset(name: string): void {
    const preset = reportPresets[name];
    if (preset) this.#choose(preset.sections);
  }

  #choose(sections: readonly ReportSection[]): void {
    const own = new Set(sections);
    this.order = [...own, ...reportSectionKeys.filter((key) => !own.has(key))];
    this.chosen = own;
  }

  toggle(key: ReportSection): void {
    const chosen = new Set(this.chosen);
    if (!chosen.delete(key)) chosen.add(key);
    this.chosen = chosen;
  }

  /** One place up (-1) or down (1). */
  move(key: ReportSection, by: -1 | 1): void {
    const order = [...this.order];
    const at = order.indexOf(key);
    const to = at + by;
    if (to < 0 || to >= order.length) return;
    [order[at], order[to]] = [order[to]!, order[at]!];
    this.order = order;
  }

  toggleCurve(id: string): void {
    const curves = new Set(this.curves);
    if (!curves.delete(id)) curves.add(id);
    this.curves = curves;
  }

  toggleFormat(format: ReportFormat): void {
    const formats = new Set(this.formats);
    if (!formats.delete(format)) formats.add(format);
    this.formats = formats;
  }
}
