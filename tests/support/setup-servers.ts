import { recordServers } from "./record-servers.ts";

recordServers();
