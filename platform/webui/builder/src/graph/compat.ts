/**
 * May this output feed that input? Nothing forbids a link, because the server bends values to the
 * pin's type on the way; but some links can only fail, and people should see that before.
 *
 * `tests/unit/blocks/pin_cases.json` holds the answers; the Python tests hold them against what the
 * server does with real values.
 */
import type { Json } from "@/graph/document";
import { isObject, jsonEqual } from "@/graph/json";
import {
  alternatives,
  choicesOf,
  entryOf,
  isAnything,
  isRequired,
  itemsOf,
  typeOf,
  type Schema,
} from "@/graph/schema";

/**
 * `fits`: every value arrives as it is. `converts`: values are bent, or only some of them fit.
 * `never`: no value of the output is one that the input takes.
 */
export type Fit = "fits" | "converts" | "never";

const DEEPEST = 8;

/** Return how the values of an output suit an input. */
export function fitOf(output: Schema, input: Schema): Fit {
  return fit(output, input, 0);
}

function fit(output: Schema, input: Schema, depth: number): Fit {
  if (isAnything(input)) return "fits";
  if (isAnything(output) || depth > DEEPEST) return "converts";
  const sinks = alternatives(input);
  const each = alternatives(output).map((source) =>
    best(sinks.map((sink) => fitOfOne(source, sink, depth))),
  );
  if (each.length === 0) return "converts"; // an output that is always null
  return worst(each);
}

function fitOfOne(output: Schema, input: Schema, depth: number): Fit {
  if (isAnything(input)) return "fits";
  if (isAnything(output)) return "converts";
  const choices = choicesOf(input);
  if (choices) return fitOfChoice(output, choices);
  switch (typeOf(input)) {
    case "string":
      return fitOfText(output, input);
    case "integer":
      return ["integer", "boolean"].includes(typeOf(output) ?? "") ? "fits" : "converts";
    case "number":
      return ["number", "integer"].includes(typeOf(output) ?? "") ? "fits" : "converts";
    case "boolean":
      return typeOf(output) === "boolean" ? "fits" : "converts";
    case "array":
      return fitOfList(output, input, depth);
    case "object":
      return isObject(input.part.properties)
        ? fitOfModel(output, input, depth)
        : fitOfDictionary(output, input, depth);
    default:
      return "converts";
  }
}

/** Choices are compared, not converted. */
function fitOfChoice(output: Schema, choices: readonly Json[]): Fit {
  const given = choicesOf(output);
  if (given) {
    const shared = given.filter((one) => choices.some((choice) => jsonEqual(one, choice)));
    if (shared.length === 0) return "never";
    return shared.length === given.length ? "fits" : "converts";
  }
  if (momentOf(output)) return "never";
  const kind = typeOf(output);
  return choices.some((choice) => isOfType(choice, kind)) ? "converts" : "never";
}

function isOfType(value: Json, type: string | undefined): boolean {
  if (type === "integer" || type === "number") return typeof value === "number";
  return typeof value === type;
}

const MOMENTS = ["date", "time", "date-time"];

/** Return which kind of date or time the texts of a schema are, if they are. */
function momentOf({ part }: Schema): string | undefined {
  const { type, format } = part;
  return type === "string" && typeof format === "string" && MOMENTS.includes(format)
    ? format
    : undefined;
}

function fitOfText(output: Schema, input: Schema): Fit {
  const wanted = momentOf(input);
  const type = typeOf(output);
  if (!wanted) return type === "string" ? "fits" : "converts";
  if (type === "integer" || type === "number") return "converts"; // seconds since 1970
  if (type !== "string" || choicesOf(output)) return "never";
  const given = momentOf(output);
  if (given === undefined) return "converts";
  if (given === wanted || (given === "date" && wanted === "date-time")) return "fits";
  return given === "date-time" && wanted === "date" ? "converts" : "never";
}

function fitOfList(output: Schema, input: Schema, depth: number): Fit {
  const wanted = itemsOf(input);
  switch (typeOf(output)) {
    case "array":
      return fit(itemsOf(output), wanted, depth + 1);
    case "string": // it may be a list in JSON
      return choicesOf(output) || momentOf(output)
        ? atBestConverts(fit(output, wanted, depth + 1))
        : "converts";
    case "object": // becomes [key, value] pairs
      return atBestConverts(fit(PAIR, wanted, depth + 1));
    default: // becomes the list's only item
      return atBestConverts(fit(output, wanted, depth + 1));
  }
}

const PAIR: Schema = { part: { type: "array" }, root: {} };

function fitOfDictionary(output: Schema, input: Schema, depth: number): Fit {
  const wanted = entryOf(input, "");
  switch (typeOf(output)) {
    case "object": {
      const { properties } = output.part;
      const names = isObject(properties) ? Object.keys(properties) : [""];
      return worst(names.map((name) => fit(entryOf(output, name), wanted, depth + 1)));
    }
    case "array": // becomes {"0": first, …}
      return atBestConverts(fit(itemsOf(output), wanted, depth + 1));
    case "string": // it may be an object in JSON
      return choicesOf(output) || momentOf(output)
        ? atBestConverts(fit(output, wanted, depth + 1))
        : "converts";
    default: // becomes {"value": it}
      return atBestConverts(fit(output, wanted, depth + 1));
  }
}

/** Objects with named members are not made of other values. */
function fitOfModel(output: Schema, input: Schema, depth: number): Fit {
  const { properties } = input.part;
  if (typeOf(output) !== "object" || !isObject(properties)) return "never";
  const given = output.part.properties;
  const members = Object.keys(properties).map((name): Fit => {
    const needed = isRequired(input.part, name);
    if (isObject(given) && given[name] === undefined) return needed ? "never" : "fits";
    const found = fit(entryOf(output, name), entryOf(input, name), depth + 1);
    if (found === "fits" || isAnything(entryOf(output, name))) return found;
    return needed ? "never" : "converts"; // members are not converted
  });
  if (members.includes("never")) return "never";
  const isSure = isObject(given) && members.every((member) => member === "fits");
  return isSure ? "fits" : "converts";
}

function best(fits: readonly Fit[]): Fit {
  if (fits.includes("fits")) return "fits";
  return fits.includes("converts") ? "converts" : "never";
}

/** Return what holds for values of which each may be of another kind. */
function worst(fits: readonly Fit[]): Fit {
  if (fits.every((one) => one === "fits")) return "fits";
  return fits.every((one) => one === "never") ? "never" : "converts";
}

function atBestConverts(found: Fit): Fit {
  return found === "never" ? "never" : "converts";
}
