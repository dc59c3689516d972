// SPDX-License-Identifier: GPL-2.0-only
#include "verbs/json_schema.hpp"

#include <fstream>
#include <nlohmann/json.hpp>
// It has no care for this project's warnings.
#pragma GCC diagnostic push
#pragma GCC diagnostic ignored "-Wconversion"
#pragma GCC diagnostic ignored "-Wshadow"
#pragma GCC diagnostic ignored "-Wpedantic"
#pragma GCC diagnostic ignored "-Wextra"
#include <valijson/adapters/nlohmann_json_adapter.hpp>
#include <valijson/schema.hpp>
#include <valijson/schema_parser.hpp>
#include <valijson/validator.hpp>
#pragma GCC diagnostic pop

namespace ringway::test
{

std::string schema_violations(const std::string &verb, const nlohmann::json &document)
{
	std::ifstream in(RINGWAY_TOP "/docs/schema/" + verb + ".json");
	if (!in) {
		return "there is no schema";
	}
	const auto text = nlohmann::json::parse(in);
	valijson::Schema schema;
	valijson::SchemaParser(valijson::SchemaParser::kDraft7)
		.populateSchema(valijson::adapters::NlohmannJsonAdapter(text), schema);
	// As a program reads it: numbers of C++ have types that JSON has not.
	const auto read = nlohmann::json::parse(document.dump());
	valijson::ValidationResults results;
	std::string out;
	if (!valijson::Validator().validate(schema, valijson::adapters::NlohmannJsonAdapter(read),
					    &results)) {
		for (valijson::ValidationResults::Error error; results.popError(error);) {
			for (const std::string &step : error.context) {
				out += step;
			}
			out += ": " + error.description + "\n";
		}
		out += document.dump();
	}
	return out;
}

} // namespace ringway::test
