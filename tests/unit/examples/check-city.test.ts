import { describe, expect, it } from "vitest";
import { checkCity } from "../../../examples/import/src/check-city.ts";

const row = { name: "Lyon", lat: "45.74846", lng: "4.84671", country: "FR", admin1: "84", admin2: "69" };

describe("the check of examples/import", () => {
  it("gives the city of a row that is as it should be", () => {
    expect(checkCity(row)).toEqual({ name: "Lyon", country: "FR", lat: 45.74846, lng: 4.84671 });
    expect(checkCity({ ...row, lat: "-90", lng: "180" })).toMatchObject({ lat: -90, lng: 180 });
    expect(checkCity({ ...row, lat: "0", lng: "-0.0" })).toMatchObject({ lat: 0 });
  });

  it.each([
    "100 Mile House",
    "Zürich (Kreis 7)",
    "Haʻikū",
    "s'Arenal",
    "Dysart, Dudley",
    "Stoke-on-Trent",
    "Ţarīf Kalbā",
  ])("takes %s", (name) => {
    expect(checkCity({ ...row, name })).toMatchObject({ name });
  });

  it.each([
    [{ name: "" }, "name"],
    [{ name: "  " }, "name"],
    [{ name: 7 }, "name"],
    [{ name: "x".repeat(201) }, "longer"],
    [{ country: "fr" }, "two-letter"],
    [{ country: "FRA" }, "two-letter"],
    [{ country: undefined }, "two-letter"],
    [{ lat: "90.1" }, "latitude"],
    [{ lat: "" }, "latitude"],
    [{ lat: "north" }, "latitude"],
    [{ lat: "NaN" }, "latitude"],
    [{ lng: "-180.5" }, "longitude"],
    [{ lng: null }, "longitude"],
    [{ admin1: "" }, "region"],
    [{ name: "Mar?S?" }, "letter was lost"],
    [{ name: "Milе̄hah" }, "alphabet"], // its fourth letter is Cyrillic
    [{ name: "Октябрьский" }, "alphabet"],
    [{ name: "Bleiburg/Pliberk" }, "Two names"],
    [{ name: "Río Medio [Granja]" }, "square brackets"],
    [{ name: "ADK (Complexe" }, "never closed"],
    [{ name: "Ct 0001" }, "census"],
    [{ name: "Querum -  Wabenkamp" }, "Two spaces"],
  ])("rejects %j", (fault, reason) => {
    expect(checkCity({ ...row, ...fault })).toContain(reason);
  });
});
