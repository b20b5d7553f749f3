/** A consumer of a ring in the thread that publishes there: nobody has to wake it. */
export interface ConsumerHere {
  /** Its index among the ring's consumers. */
  readonly consumer: number;
  /** Something is published: it is to be run at the end of this turn of the event loop. */
  schedule(): void;
}
