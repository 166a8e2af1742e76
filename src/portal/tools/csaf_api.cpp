#include <memory>

#include <fmt/format.h>

#include "base/encoding.hpp"
#include "base/json.hpp"
#include "base/text.hpp"
#include "formats/csaf/compare.hpp"
#include "formats/recognise.hpp"
#include "portal/api/problem.hpp"
#include "portal/app.hpp"
#include "portal/pages/advisory_json.hpp"
#include "portal/paper/advisory_pdf.hpp"
#include "portal/tools/conversion.hpp"
#include "portal/tools/tools.hpp"

/// Converting and comparing documents that are not stored here, for programs.
namespace tocsin::portal::tools {
namespace {

namespace csaf = formats::csaf;
using boost::json::array;
using boost::json::object;

Result<bool> flag(const http::Request& request, std::string_view name) {
  const auto value = request.query.get(name);
  if (value == "true") return true;
  if (value.empty() || value == "false") return false;
  return Error::invalid("expected true or false", std::string{name});
}

Result<Options> read_options(const http::Request& request) {
  using Other = csaf::ConvertOptions::OtherPublisher;
  Options options;
  options.csaf.now = request.now;
  options.pages_max = paper::kPagesMaxServed;
  TRY(const auto old_tlp, flag(request, "old_tlp"));
  options.csaf.tlp_from_text = !old_tlp;
  TRY(options.csaf.numbers_are_complete, flag(request, "complete_numbers"));
  TRY(options.csaf.question_marks_are_literal, flag(request, "literal_question_marks"));
  TRY(options.csaf.stars_are_literal, flag(request, "literal_stars"));
  TRY(options.csaf.latest_cwe, flag(request, "latest_cwe"));
  TRY(options.mend, flag(request, "mend"));
  if (const auto other = request.query.get("other_publisher"); other == "keep") {
    options.csaf.other_publisher = Other::keep;
  } else if (other == "multiplier") {
    options.csaf.other_publisher = Other::multiplier;
  } else if (!other.empty() && other != "warn") {
    return Error::invalid("expected warn, keep or multiplier", "other_publisher");
  }
  if (const auto version = request.query.get("cvss_v3"); version == "3.1") {
    options.cvss_v3 = formats::cvss::Version::v3_1;
  } else if (!version.empty() && version != "3.0") {
    return Error::invalid("expected 3.0 or 3.1", "cvss_v3");
  }
  options.tracking_id = request.query.get("id");
  options.publisher = request.query.get("publisher");
  options.publisher_namespace = request.query.get("namespace");
  return options;
}

std::string names_of_forms() {
  std::string names;
  for (const auto form : all_forms()) names += (names.empty() ? "" : ", ") + std::string{to_string(form)};
  return names;
}

/// The document within JSON: as JSON, as text, or in base64.
void add_result(object& out, const Converted& converted, Form to) {
  const auto type = media_type_of(to);
  if (to == Form::pdf) {
    out["base64"] = base64_encode(converted.bytes);
  } else if (type.ends_with("json")) {
    const auto parsed = json::parse(converted.bytes);
    out["document"] = parsed ? boost::json::value(parsed->root(), out.storage()) : boost::json::value{};
  } else {
    out["text"] = converted.bytes;
  }
}

http::Response wrapped(const Converted& converted, Form to) {
  object out;
  out["to"] = to_string(to);
  out["media_type"] = media_type_of(to);
  out["file_name"] = converted.file_name;
  out["valid"] = converted.is_good();
  out["lossless"] = converted.is_lossless();
  array notes;
  for (const auto& each : converted.notes) {
    notes.push_back(object{{"level", csaf::to_string(each.level)}, {"path", each.path}, {"message", each.message}});
  }
  out["notes"] = std::move(notes);
  add_result(out, converted, to);
  auto response = http::Response::json(json::write(out));
  response.cache_control = "no-store";
  return response;
}

std::optional<http::Response> too_much(const http::Request& request, Limit& limit) {
  const auto wait = limit.take(request.remote_address, request.now);
  if (!wait) return std::nullopt;
  auto response = api::problem(request, Error::unavailable(std::string{kTooMuch.english()}), 429);
  response.with("Retry-After", std::to_string(wait->count()));
  return response;
}

Result<http::Response> convert_document(const http::Request& request, Limit& limit) {
  TRY_VOID(request.only_known({"to", "wrap", "lossless", "old_tlp", "complete_numbers", "literal_question_marks",
                               "literal_stars", "latest_cwe", "other_publisher", "cvss_v3", "mend", "id", "publisher",
                               "namespace"}));
  const auto to = parse_form(request.query.get("to"));
  if (!to) return Error::invalid(fmt::format("expected one of {}", names_of_forms()), "to");
  TRY(const auto wrap, flag(request, "wrap"));
  TRY(const auto lossless, flag(request, "lossless"));
  TRY(const auto options, read_options(request));
  if (request.body.empty()) return Error::invalid("expected a document as the body");
  if (auto refused = too_much(request, limit)) return std::move(*refused);
  TRY(const auto converted, convert(request.body, *to, options));
  if (wrap) return wrapped(converted, *to);
  const auto& notes = converted.notes;
  const auto first = [&](auto is_wanted) -> Error {
    const auto found = std::ranges::find_if(notes, is_wanted);
    const auto others = std::ranges::count_if(notes, is_wanted) - 1;
    return Error::invalid(fmt::format("{}{}; ask with wrap=true for all", found->message,
                                      others > 0 ? fmt::format(" (and {} more)", others) : ""),
                          found->path);
  };
  if (!converted.is_good()) {
    return first([](const auto& each) { return each.level == csaf::ConversionNote::Level::error; });
  }
  const auto is_loss = [](const auto& each) { return each.kind == csaf::ConversionNote::Kind::loss; };
  if (lossless && !converted.is_lossless()) return first(is_loss);
  http::Response response;
  response.content_type = media_type_of(*to);
  response.body = std::make_shared<const std::string>(converted.bytes);
  response.cache_control = "no-store";
  const auto losses = std::ranges::count_if(notes, is_loss);
  response.with("Content-Disposition", fmt::format("attachment; filename=\"{}\"", converted.file_name));
  response.with("Tocsin-Warnings", std::to_string(static_cast<std::ptrdiff_t>(notes.size()) - losses));
  response.with("Tocsin-Losses", std::to_string(losses));
  return response;
}

Result<csaf::Advisory> advisory_of(const boost::json::value& root, std::string_view name) {
  const auto* document = json::find(root, name);
  if (document == nullptr || !document->is_object()) {
    return Error::invalid("expected a CSAF document, an object", fmt::format("/{}", name));
  }
  auto advisory = read_csaf(*document);
  if (advisory) return advisory;
  auto error = std::move(advisory).error();
  error.where = fmt::format("/{}{}", name, error.where);
  return error;
}

object head_of(const csaf::Advisory& advisory) {
  const auto& header = advisory.header;
  return object{{"id", header.tracking_id},
                {"version", header.tracking_version},
                {"csaf_version", csaf::to_string(header.csaf_version)},
                {"title", header.title}};
}

Result<http::Response> compare_documents(const http::Request& request, Limit& limit) {
  TRY_VOID(request.only_known({}));
  TRY(const auto parsed, json::parse(request.body));
  if (!parsed.root().is_object()) return Error::invalid("expected an object with the members before and after");
  if (auto refused = too_much(request, limit)) return std::move(*refused);
  TRY(const auto before, advisory_of(parsed.root(), "before"));
  TRY(const auto after, advisory_of(parsed.root(), "after"));
  object out;
  out["before"] = head_of(before);
  out["after"] = head_of(after);
  pages::add_changes(out, csaf::compare(before, after));
  auto response = http::Response::json(json::write(out));
  response.cache_control = "no-store";
  return response;
}

}  // namespace

void add_csaf_api_routes(http::Router& router, const std::shared_ptr<Limit>& limit) {
  const auto add = [&](const char* pattern, const char* name, const char* summary, auto handler) {
    http::Route route;
    route.method = http::Method::post;
    route.pattern = pattern;
    route.name = name;
    route.summary = summary;
    route.body_bytes_max = kBodyBytesMax;
    route.handler = [handler, limit](const http::Request& request) { return handler(request, *limit); };
    router.add(std::move(route));
  };
  add("/api/v1/csaf/convert", "csaf_convert", "Convert a document", convert_document);
  add("/api/v1/csaf/compare", "csaf_compare", "Compare two CSAF documents", compare_documents);
}

}  // namespace tocsin::portal::tools
