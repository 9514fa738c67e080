import react from "@vitejs/plugin-react";
import { meanwhile } from "meanwhile/vite";

export default { plugins: [react(), meanwhile()] };
