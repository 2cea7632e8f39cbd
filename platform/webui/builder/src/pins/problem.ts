/** What is wrong with a field's value, in a sentence that stands below the field. */
import { isObject, type Json } from "@/graph/json";
import { misfit } from "@/graph/values";
import { fieldsOf, type Field } from "@/pins/field";

/** Return what is wrong with the value, or null. A value that is not there is no misfit. */
export function misfitOf(field: Field, value: Json | undefined): string | null {
  const found = value === undefined ? undefined : misfit(value, field.schema);
  return found ? found.sentence.charAt(0).toUpperCase() + found.sentence.slice(1) : null;
}

/** Return what forbids sending the value: a misfit, or nothing where something is required. */
export function refusalOf(field: Field, value: Json | undefined): string | null {
  const isMissing = value === undefined || value === null;
  if (isMissing && field.required && field.default === undefined) return "This is required.";
  return misfitOf(field, value);
}

/** Return the misfit as a field shows it: not where one of the fields inside shows it already. */
export function shownMisfitOf(field: Field, value: Json | undefined): string | null {
  if (field.control === "object" && isObject(value)) {
    const isInside = fieldsOf(field.schema).some((one) => misfitOf(one, value[one.name]) !== null);
    if (isInside) return null;
  }
  return misfitOf(field, value);
}
