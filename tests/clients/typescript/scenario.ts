// What a person does in an hour, through a client generated from the API document. Arguments: the server's address.
import createClient from "openapi-fetch";
import type { paths } from "./generated/api.js";

const base = process.argv[2];
if (base === undefined) throw new Error("usage: scenario.js ADDRESS");
const client = createClient<paths>({ baseUrl: base });

function present<T>(value: T | undefined | null, what: string): T {
  if (value === undefined || value === null) throw new Error(`there is no ${what}`);
  return value;
}

function same(is: unknown, wanted: unknown, what: string): void {
  if (is !== wanted) throw new Error(`${what} is ${JSON.stringify(is)}, not ${JSON.stringify(wanted)}`);
}

const name = `ts${Date.now().toString(36)}`;
const joined = await client.POST("/api/auth/register", {
  body: {
    username: name,
    email: `${name}@example.com`,
    password: "a long and private phrase",
    firstName: "Type",
    lastName: "Script",
  },
});
same(joined.response.status, 201, "the answer to a registration");
const person = present(joined.data?.data, "account");
const headers = { Authorization: `Bearer ${person.accessToken}` };

const listed = await client.POST("/api/properties", {
  headers,
  body: {
    title: "Corner flat with two balconies",
    location: "Kondapur",
    price: 8_500_000,
    propertyType: "APARTMENT",
    bedrooms: 2.5,
    amenities: ["Lift"],
  },
});
same(listed.response.status, 201, "the answer to a listing");
const home = present(listed.data?.data, "listing");
const version = present(listed.response.headers.get("etag"), "version");

const found = await client.GET("/api/search/properties", {
  headers,
  params: { query: { query: "corner flat", bedrooms: ["2.5"] } },
});
same(present(found.data?.data, "page").content[0]?.id, home.id, "what the search found first");

const cheaper = await client.PUT("/api/properties/{id}", {
  headers: { ...headers, "If-Match": version },
  params: { path: { id: home.id } },
  body: { title: home.title, location: home.location, price: 8_200_000, propertyType: "APARTMENT" },
});
same(cheaper.data?.data?.price, 8_200_000, "the new price");

const refused = await client.POST("/api/properties", {
  headers,
  body: { title: "x", location: "Kondapur", price: 1, propertyType: "APARTMENT" },
});
same(refused.response.status, 400, "the answer to a title that is too short");
present(refused.error, "reason");

const past = await client.GET("/api/user-history/{userId}", { headers, params: { path: { userId: "me" } } });
const kinds = present(past.data?.data, "history").activities.map((activity) => activity.activityType);
for (const kind of ["PROPERTY_CREATED", "PROPERTY_SEARCHED", "PROPERTY_UPDATED"]) {
  if (!kinds.includes(kind)) throw new Error(`the history lacks ${kind}: ${kinds.join(", ")}`);
}

const removed = await client.DELETE("/api/properties/{id}", { headers, params: { path: { id: home.id } } });
same(removed.response.status, 204, "the answer to a removal");
console.log("typescript client: ok");
