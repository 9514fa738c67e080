import { ConnectionBanner, useServerState } from "meanwhile/react";
import { Connection } from "./Connection";
import { Maximum } from "./Maximum";
import { MyTaskState } from "./my-task.state";

export default function App() {
  const task = useServerState(MyTaskState); // typed: vars, computed vars and events; no `_` names
  const status = task.running ? "Counting" : task.progress >= 1 ? "Done" : task.counter > 0 ? "Stopped" : "Ready";

  return (
    <>
      <header>
        <p className="brand">meanwhile</p>
        <Connection />
      </header>

      <main data-running={task.running || undefined}>
        <h1 id="title">My task</h1>
        <p className="status" role="status">
          {status}
        </p>

        <p className="count">
          <strong>{task.counter}</strong> <span>/ {task.maxCounter}</span>
        </p>
        <progress aria-labelledby="title" value={task.progress} />

        <div className="actions">
          <button className="primary" onClick={task.toggleRunning}>
            {task.running ? "Stop" : "Start"}
          </button>
          <button onClick={task.clearCounter}>Reset</button>
        </div>

        <Maximum value={task.maxCounter} onChange={task.setMaxCounter} />
      </main>

      <footer>The counting happens on the server, in a background task. Meanwhile, the page is yours.</footer>
      <ConnectionBanner />
    </>
  );
}
