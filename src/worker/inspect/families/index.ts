// Every family that an inspection understands. A new one is a file and a line here.
import { deepseekV2, deepseekV3 } from './deepseek.ts';
import { ernie } from './ernie.ts';
import type { Family } from './family.ts';
import { gptOss } from './gpt-oss.ts';
import { graniteMoe } from './granite-moe.ts';
import { lab } from './lab.ts';
import { mixtral } from './mixtral.ts';
import { olmoe } from './olmoe.ts';
import { phimoe } from './phimoe.ts';
import { qwen2Moe } from './qwen2-moe.ts';
import { qwen3Moe } from './qwen3-moe.ts';

export const families: readonly Family[] = [
  lab,
  mixtral,
  phimoe,
  olmoe,
  qwen2Moe,
  qwen3Moe,
  deepseekV2,
  deepseekV3,
  gptOss,
  graniteMoe,
  ernie,
];
