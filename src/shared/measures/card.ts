// What a measure card says: enough to know what a number is, which way is good, where it comes from and what it does not show.

export interface MeasureCard {
  key: string;
  name: string;
  /** 'nats a token'; null for a pure number. */
  unit: string | null;
  /** Which way is good; 'neither' where that depends. */
  better: 'lower' | 'higher' | 'neither';
  /** One sentence. */
  definition: string;
  /** In Unicode, on one line. */
  formula: string;
  /** The same in LaTeX, without delimiters. */
  latex: string;
  source: {
    /** Author and title, or that it is this lab's. */
    work: string;
    /** Section, figure or table; null for the whole of it. */
    place: string | null;
    /** Null where it is not on arXiv. */
    arxiv: string | null;
  };
  /** What it does not show, and how it is computed here; a sentence each. */
  caveats: readonly string[];
}

export const betterWords: Readonly<Record<MeasureCard['better'], string>> = {
  lower: 'lower is better',
  higher: 'higher is better',
  neither: 'neither way is better by itself',
};

/** Works that several cards come from. */
export const simbalPaper = 'Omi, Sen, Farhadi: Load Balancing Mixture of Experts with Similarity Preserving Routers';
export const simbalArxiv = '2506.14038';
export const lossFreePaper = 'Wang et al.: Auxiliary-Loss-Free Load Balancing Strategy for Mixture-of-Experts';
export const olmoePaper = 'Muennighoff et al.: OLMoE: Open Mixture-of-Experts Language Models';
export const thisLab = 'This lab';
