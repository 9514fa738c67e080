/** The app of examples/my-task, for the memory of its sessions. */
import { MyTaskState } from "../../examples/my-task/src/my-task.state.ts";
import { listenApp } from "../support/bench-app.ts";
import { serve } from "../support/serve.ts";

// Lowering its decorators has renamed the class; states are known by their names.
Object.defineProperty(MyTaskState, "name", { value: "MyTaskState" });
const { port } = await listenApp({ states: [MyTaskState] });
serve(port);
