#include "engine/testing/samples.hpp"

#include <boost/json.hpp>

#include "base/hash.hpp"
#include "base/json.hpp"
#include "engine/search/indexer.hpp"
#include "formats/csaf/header.hpp"
#include "store/records.hpp"

namespace tocsin::engine::testing {
namespace {

namespace bj = boost::json;

bj::object note(std::string_view category, std::string_view title, std::string_view text) {
  return {{"category", category}, {"title", title}, {"text", text}};
}

std::string_view severity_word(int tenths) {
  return tenths >= 90 ? "CRITICAL" : tenths >= 70 ? "HIGH" : tenths >= 40 ? "MEDIUM" : tenths > 0 ? "LOW" : "NONE";
}

}  // namespace

std::string document_of(const Sample& sample) {
  if (!sample.bytes.empty()) return sample.bytes;
  bj::array branches, product_ids;
  for (std::size_t i = 0; i < sample.products.size(); ++i) {
    const auto& product = sample.products[i];
    const auto id = fmt::format("P-{}", i);
    product_ids.emplace_back(id);
    bj::object version{{"category", "product_version_range"},
                       {"name", product.version},
                       {"product", {{"product_id", id}, {"name", product.vendor + " " + product.name}}}};
    bj::object name{{"category", "product_name"}, {"name", product.name}, {"branches", bj::array{std::move(version)}}};
    branches.push_back(
        bj::object{{"category", "vendor"}, {"name", product.vendor}, {"branches", bj::array{std::move(name)}}});
  }
  bj::object vulnerability{{"product_status", {{"known_affected", product_ids}}}};
  if (!sample.cve.empty()) vulnerability["cve"] = sample.cve;
  if (!sample.cwe.empty()) vulnerability["cwe"] = {{"id", sample.cwe}, {"name", sample.cwe_name}};
  if (sample.score_tenths >= 0) {
    bj::object cvss{{"version", "3.1"},
                    {"vectorString", "CVSS:3.1/AV:N/AC:L/PR:N/UI:N/S:U/C:H/I:H/A:H"},
                    {"baseScore", sample.score_tenths / 10.0},
                    {"baseSeverity", severity_word(sample.score_tenths)}};
    bj::object score{{"products", product_ids}};
    score["cvss_v3"] = std::move(cvss);
    vulnerability["scores"] = bj::array{std::move(score)};
  }
  if (sample.fix) {
    vulnerability["remediations"] = bj::array{
        bj::object{{"category", "vendor_fix"}, {"details", "Install the update."}, {"product_ids", product_ids}}};
  }
  bj::array notes;
  notes.push_back(note("summary", "Risk evaluation", sample.summary));
  if (!sample.sectors.empty()) notes.push_back(note("other", "Critical infrastructure sectors", sample.sectors));
  if (!sample.countries.empty()) notes.push_back(note("other", "Countries/areas deployed", sample.countries));
  bj::object tracking{{"id", sample.id},
                      {"version", sample.version},
                      {"status", sample.document_status},
                      {"initial_release_date", sample.published},
                      {"current_release_date", sample.updated},
                      {"revision_history",
                       bj::array{bj::object{{"number", sample.version}, {"date", sample.updated}, {"summary", "x"}}}}};
  bj::array aliases;
  for (const auto& each : sample.aliases) aliases.emplace_back(each);
  if (!aliases.empty()) tracking["aliases"] = std::move(aliases);
  bj::object document{
      {"category", "csaf_security_advisory"},
      {"csaf_version", "2.0"},
      {"title", sample.title},
      {"publisher", {{"category", "coordinator"}, {"name", sample.publisher}, {"namespace", "https://cert.example"}}}};
  document["tracking"] = std::move(tracking);
  document["notes"] = std::move(notes);
  bj::object tree;
  tree["branches"] = std::move(branches);
  bj::object root;
  root["document"] = std::move(document);
  root["product_tree"] = std::move(tree);
  root["vulnerabilities"] = bj::array{std::move(vulnerability)};
  return json::write(bj::value(std::move(root)));
}

domain::NewRevision revision_of(const Sample& sample) {
  domain::NewRevision revision;
  revision.issuer = "https://cert.example";
  revision.key = sample.id;
  revision.title = sample.title;
  revision.tlp = sample.tlp;
  revision.status = sample.status;
  revision.embargo_until = sample.embargo_until;
  revision.owner = sample.owner;
  revision.audience = sample.audience;
  revision.listed = sample.listed;
  revision.version = sample.version;
  revision.version_order = formats::csaf::version_order(sample.version);
  revision.format = "csaf-2.0";
  revision.document_status = sample.document_status;
  revision.initial_release_at = parse_rfc3339(sample.published).value();
  revision.current_release_at = parse_rfc3339(sample.updated).value();
  revision.bytes = document_of(sample);
  revision.sha512 = sha512_hex(revision.bytes);
  return revision;
}

void EngineTest::put(const Sample& sample) {
  const auto revision = revision_of(sample);
  const auto stored =
      database().write([&](store::Connection& connection) { return store::Records{connection}.put(revision, now); });
  ASSERT_TRUE(stored.has_value()) << stored.error().to_string() << stored.error().detail;
}

void EngineTest::index() {
  const auto indexed = search::index_all(database());
  ASSERT_TRUE(indexed.has_value()) << indexed.error().to_string() << indexed.error().detail;
  const auto refreshed = catalogue().refresh();
  ASSERT_TRUE(refreshed.has_value()) << refreshed.error().to_string() << refreshed.error().detail;
}

std::int64_t EngineTest::scalar(const store::Sql& sql) {
  return database()
      .read([&](store::Connection& connection) {
        return connection.first(sql, [](const store::Row& row) { return row.integer(0); });
      })
      .value()
      .value_or(-1);
}

search::Catalogue& EngineTest::catalogue() {
  if (!catalogue_) catalogue_ = std::make_unique<search::Catalogue>(database());
  return *catalogue_;
}

search::SearchEngine& EngineTest::engine() {
  if (!engine_) engine_ = std::make_unique<search::SearchEngine>(database(), catalogue());
  return *engine_;
}

void EngineTest::forget_engine() {
  engine_.reset();
  catalogue_.reset();
}

search::SearchResult EngineTest::find(const search::SearchRequest& request, const domain::policy::Viewer& viewer) {
  auto result = engine().search(viewer, request, now);
  EXPECT_TRUE(result.has_value()) << request.query << ": "
                                  << (result ? "" : result.error().to_string() + result.error().detail);
  return result ? std::move(*result) : search::SearchResult{};
}

search::SearchResult EngineTest::find(const std::string& query, const domain::policy::Viewer& viewer) {
  search::SearchRequest request;
  request.query = query;
  request.limit = search::kLimitMax;
  return find(request, viewer);
}

std::vector<std::string> EngineTest::keys(const std::string& query, const domain::policy::Viewer& viewer) {
  std::vector<std::string> keys;
  for (const auto& hit : find(query, viewer).hits) keys.push_back(hit.card.key);
  return keys;
}

std::string EngineTest::answer(const std::string& query, const domain::policy::Viewer& viewer) {
  const auto result = find(query, viewer);
  std::string text = fmt::format("total {}\n", result.total);
  for (const auto& hit : result.hits) {
    text += fmt::format("hit {} {} {}", hit.card.key, hit.card.title, fmt::join(hit.card.vendor_names, "|"));
    for (const auto& fragment : hit.snippet) text += fmt::format(" {}{}", fragment.hit ? "*" : "", fragment.text);
    text += '\n';
  }
  for (const auto& facet : result.facets) {
    text += fmt::format("facet {} more {}:", facet.label, facet.more);
    for (const auto& value : facet.values) {
      text += fmt::format(" {}/{}={}{}", value.value, value.label, value.count, value.selected ? "!" : "");
    }
    text += '\n';
  }
  for (const auto& each : result.corrections) text += fmt::format("correction {} {}\n", each.typed, each.used);
  text += result.next_cursor.empty() ? "" : "more\n";
  return text;
}

}  // namespace tocsin::engine::testing
