// Makes config.schema.json of the schema with which promptfoo itself reads its configuration.
//
// The package with all that it depends on is far too large for that: it has eighty dependencies and wants Node 22. So
// only its archive is taken, and of its dependencies those that the file with the schemas imports:
//
//   npm pack promptfoo@0.123.1 && tar xzf promptfoo-0.123.1.tgz && cp -r package/dist/src src
//   npm install --ignore-scripts zod@4 dedent drizzle-orm dotenv chalk@5 winston ajv ajv-formats js-yaml fast-safe-stringify
//   node schema.mjs src/tables-BHn212qj.js > config.schema.json
//
// The file's name is a digest: it is the one that has "const TestSuiteConfigSchema" and is imported by the others.
import { pathToFileURL } from "node:url";
import { z } from "zod";

const { T: TestSuiteConfigSchema } = await import(pathToFileURL(process.argv[2]));
const schema = z.toJSONSchema(TestSuiteConfigSchema, { unrepresentable: "any", io: "input", reused: "ref" });
process.stdout.write(JSON.stringify(schema) + "\n");
