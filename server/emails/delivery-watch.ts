/** Watches one message on its way through nodemailer: how long the server may leave it waiting, and whether it has all of it. */
import type { Readable } from 'node:stream';
import { EMAIL_REASONS } from '../../shared/words/email-reasons';

/** Milliseconds without a sign of life. */
export interface Patience {
  /** Until the server asks for the message, and for each piece of it that it takes. */
  beforeDot: number;
  /** From the final dot to the reply. */
  afterDot: number;
}

/** nodemailer's message. */
interface Message {
  createReadStream(options?: object): Readable;
}

export type DeliveryWatch = ReturnType<typeof watchDelivery>;

export function watchDelivery({ beforeDot, afterDot }: Patience) {
  const end = new AbortController();
  let isComplete = false;
  let timer = setTimeout(giveUp, beforeDot);

  function giveUp(): void {
    end.abort(new Error(EMAIL_REASONS.noReply));
  }

  function complete(): void {
    isComplete = true;
    clearTimeout(timer);
    timer = setTimeout(giveUp, afterDot);
  }

  return {
    /** Aborted when patience is over, or by `cut`. */
    signal: end.signal,
    /** The final dot was sent: the server may have taken the message, whatever comes now. */
    isComplete: () => isComplete,
    cut: () => end.abort(new Error(EMAIL_REASONS.stopped)),
    stop: () => clearTimeout(timer),

    /** nodemailer asks for the content first and pipes it once the server said 354, into a stream that adds the dot. */
    follow(message: Message): void {
      const read = message.createReadStream.bind(message);
      message.createReadStream = (options) => {
        const content = read(options);
        const pipe = content.pipe.bind(content);
        content.pipe = (data, pipeOptions) => {
          timer.refresh();
          data.on('data', () => timer.refresh());
          data.once('end', complete);
          return pipe(data, pipeOptions);
        };
        return content;
      };
    },
  };
}
