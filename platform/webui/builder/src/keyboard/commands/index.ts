/**
 * Everything that can be done in the builder: once, for keys, menus, buttons, the palette of
 * commands and the help sheet.
 */
import { AGENT } from "@/keyboard/commands/agent";
import { BLOCKS } from "@/keyboard/commands/blocks";
import { EDITING } from "@/keyboard/commands/editing";
import { ORDER } from "@/keyboard/commands/order";
import type { CommandSpecs } from "@/keyboard/commands/spec";
import { VIEW } from "@/keyboard/commands/view";

export type { CommandSpec, Section } from "@/keyboard/commands/spec";

export const COMMANDS = {
  ...BLOCKS,
  ...EDITING,
  ...ORDER,
  ...VIEW,
  ...AGENT,
} as const satisfies CommandSpecs;

export type CommandId = keyof typeof COMMANDS;
