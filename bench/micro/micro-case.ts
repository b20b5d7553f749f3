/** One small thing that is timed again and again. */
export interface MicroCase {
  readonly name: string;
  /** Records, slots or words that one call does. */
  readonly perCall: number;
  /** Does them; throws when they are not done right. */
  run(): void;
}
