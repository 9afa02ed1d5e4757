import { EdgeError } from '../errors/index.js';

/** Those who wait in `connect` for the first connection, each perhaps with a time limit. */
export class FirstConnection {
  private readonly waiters = new Set<{ made(): void; failed(error: EdgeError): void }>();

  /** @param whenLate makes the error of a wait that took longer than `timeoutMs`; without a limit there is none. */
  wait(timeoutMs: number | undefined, whenLate: () => EdgeError): Promise<void> {
    return new Promise((resolve, reject) => {
      const end = () => {
        clearTimeout(timer);
        this.waiters.delete(waiter);
      };
      const waiter = {
        made: () => {
          end();
          resolve();
        },
        failed: (error: EdgeError) => {
          end();
          reject(error);
        },
      };
      const timer =
        timeoutMs === undefined ? undefined : setTimeout(() => waiter.failed(whenLate()), timeoutMs);
      this.waiters.add(waiter);
    });
  }

  made(): void {
    for (const waiter of [...this.waiters]) waiter.made();
  }

  closed(): void {
    for (const waiter of [...this.waiters])
      waiter.failed(new EdgeError('IPC_CLOSED', { operation: 'connect' }));
  }
}
