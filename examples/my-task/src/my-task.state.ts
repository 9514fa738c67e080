import { State, event, type Background } from "meanwhile";
import { z } from "zod";

/** A counter that counts to a maximum, one step every half second, on the server. Each browser tab has its own. */
export class MyTaskState extends State {
  counter = 0;
  maxCounter = 10;
  running = false;
  _tasks = 0; // a backend var: never leaves the server

  get progress() {
    return this.counter / this.maxCounter; // a computed var
  }

  @event({ args: [z.coerce.number().int().min(1).max(1000)] })
  setMaxCounter(value: number) {
    this.maxCounter = value;
  }

  @event clearCounter() {
    this.counter = 0;
  }

  @event toggleRunning() {
    this.running = !this.running;
    if (this.running) this.trigger(MyTaskState).myTask(); // starts once this handler's changes are committed
  }

  @event({ background: true })
  async myTask(this: Background<MyTaskState>) {
    // lock() refreshes the state and holds the exclusive lock while the callback runs
    const alone = await this.lock((self) => {
      if (self._tasks > 0) return false;
      self._tasks += 1;
      return true;
    });
    if (!alone) return;

    while (await this.lock((self) => self._step())) {
      await this.task.sleep(500); // long work happens outside the lock: the page stays interactive
    }
  }

  _step() {
    if (this.counter >= this.maxCounter) this.running = false;
    if (!this.running) {
      this._tasks -= 1;
      return false;
    }
    this.counter += 1;
    return true;
  }
}
