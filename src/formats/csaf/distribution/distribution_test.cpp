#include "formats/csaf/distribution/distribution.hpp"

#include <algorithm>
#include <set>

#include <gtest/gtest.h>

#include "base/json.hpp"
#include "formats/csaf/validate/validate.hpp"
#include "formats/testing/corpus.hpp"

namespace tocsin::formats::csaf {
namespace {

constexpr Timestamp kNow{std::int64_t{1'780'000'000} * 1'000'000};  // 2026-05-28

constexpr std::string_view kProvider20 = R"({
  "canonical_url": "https://www.example.com/.well-known/csaf/provider-metadata.json",
  "distributions": [{"rolie": {"feeds": [
    {"summary": "All", "tlp_label": "WHITE", "url": "https://www.example.com/csaf/white.json"},
    {"tlp_label": "AMBER", "url": "https://www.example.com/amber/amber.json"}],
    "categories": ["https://www.example.com/csaf/category.json"],
    "services": ["https://www.example.com/.well-known/csaf/service.json"]}},
    {"directory_url": "https://www.example.com/csaf/"}],
  "last_updated": "2026-01-24T20:20:56Z", "list_on_CSAF_aggregators": true, "metadata_version": "2.0",
  "mirror_on_CSAF_aggregators": true,
  "public_openpgp_keys": [{"fingerprint": "8F5F267907B2C4559DB360DB2294BA7D2B2298B1", "url": "https://k.example/a.asc"}],
  "publisher": {"category": "vendor", "name": "Example", "namespace": "https://www.example.com"},
  "role": "csaf_trusted_provider"})";

constexpr std::string_view kProvider21 = R"({
  "$schema": "https://docs.oasis-open.org/csaf/csaf/v2.1/schema/provider.json",
  "canonical_url": "https://www.example.com/.well-known/csaf/provider-metadata.json",
  "distributions": [{"rolie": {"feeds": [{"last_updated": "2026-01-24T20:20:56Z", "tlp_label": "CLEAR",
    "url": "https://www.example.com/csaf/clear.json"}]}},
    {"directory": {"tlp_label": "CLEAR", "url": "https://www.example.com/csaf/clear/"}},
    {"directory": {"tlp_label": "RED", "url": "https://www.example.com/csaf/red/"}}],
  "last_updated": "2026-01-24T20:20:56Z", "list_on_CSAF_aggregators": true, "metadata_version": "2.1",
  "mirror_on_CSAF_aggregators": false, "maintained_from": "2026-01-01T00:00:00Z",
  "maintained_until": "2027-01-01T00:00:00Z",
  "publisher": {"category": "vendor", "name": "Example", "namespace": "https://www.example.com"},
  "role": "csaf_provider"})";

constexpr std::string_view kAggregator20 = R"({
  "aggregator": {"category": "aggregator", "name": "Agg", "namespace": "https://agg.example"},
  "aggregator_version": "2.0",
  "canonical_url": "https://agg.example/.well-known/csaf-aggregator/aggregator.json",
  "csaf_providers": [
    {"metadata": {"last_updated": "2026-01-12T20:20:56Z", "role": "csaf_provider",
      "publisher": {"category": "vendor", "name": "A", "namespace": "https://a.example"},
      "url": "https://a.example/.well-known/csaf/provider-metadata.json"},
     "mirrors": ["https://agg.example/.well-known/csaf-aggregator/A/provider-metadata.json"]},
    {"metadata": {"last_updated": "2026-01-12T20:20:56Z",
      "publisher": {"category": "coordinator", "name": "B", "namespace": "https://b.example"},
      "url": "https://b.example/csaf/provider-metadata.json"},
     "mirrors": ["https://agg.example/.well-known/csaf-aggregator/B/provider-metadata.json"]}],
  "last_updated": "2026-01-24T22:35:38Z"})";

constexpr std::string_view kFeed = R"({"feed": {"id": "f", "title": "F",
  "link": [{"rel": "self", "href": "https://e.example/csaf/feed.json"}],
  "category": [{"scheme": "urn:ietf:params:rolie:category:information-type", "term": "csaf"}],
  "updated": "2026-01-01T12:00:00Z",
  "entry": [{"id": "ESA-2026-001", "title": "T", "link": [
      {"rel": "self", "href": "https://e.example/csaf/2026/esa-2026-001.json"},
      {"rel": "hash", "href": "https://e.example/csaf/2026/esa-2026-001.json.sha512"},
      {"rel": "signature", "href": "https://e.example/csaf/2026/esa-2026-001.json.asc"}],
    "published": "2026-01-01T11:00:00Z", "updated": "2026-01-01T12:00:00Z", "summary": {"content": "S"},
    "content": {"type": "application/json", "src": "https://e.example/csaf/2026/esa-2026-001.json"},
    "format": {"schema": "https://docs.oasis-open.org/csaf/csaf/v2.1/schema/csaf.json", "version": "2.1"}}]}})";

constexpr std::string_view kService = R"({"service": {"workspace": [{"title": "W", "collection": [
  {"title": "C", "href": "https://e.example/csaf/feed.json", "categories": {"category": [
    {"scheme": "urn:ietf:params:rolie:category:information-type", "term": "csaf"},
    {"scheme": "https://www.first.org/tlp/", "term": "AMBER"}]}}]}]}})";

constexpr std::string_view kCategory = R"({"categories": {"category": [{"term": "Firewall"}]}})";

struct Kind {
  std::string_view name, document;
  DocumentKind kind;
  std::optional<CsafVersion> version;
};
const Kind kKinds[] = {
    {"Provider20", kProvider20, DocumentKind::csaf_provider_metadata, CsafVersion::v2_0},
    {"Provider21", kProvider21, DocumentKind::csaf_provider_metadata, CsafVersion::v2_1},
    {"Aggregator20", kAggregator20, DocumentKind::csaf_aggregator, CsafVersion::v2_0},
    {"Feed", kFeed, DocumentKind::rolie_feed, CsafVersion::v2_1},
    {"Service", kService, DocumentKind::rolie_service, std::nullopt},
    {"Category", kCategory, DocumentKind::rolie_category, std::nullopt},
};

Verdict judge(std::string_view bytes, Timestamp now = kNow) {
  return Validator{}.validate_any(bytes, Mode::full, true, now);
}

class DistributionOf : public ::testing::TestWithParam<Kind> {};

TEST_P(DistributionOf, GoodDocumentIsToldByItsKindAndHasNoFindings) {
  const auto verdict = judge(GetParam().document);
  EXPECT_EQ(verdict.kind, GetParam().kind);
  EXPECT_EQ(verdict.version, GetParam().version);
  for (const auto& each : verdict.findings) ADD_FAILURE() << each.test << " " << each.path << ": " << each.message;
  EXPECT_TRUE(verdict.is_valid());
}

TEST_P(DistributionOf, IsNoAdvisory) {
  const auto verdict = Validator{}.validate(GetParam().document);
  EXPECT_FALSE(verdict.is_valid());
  ASSERT_EQ(verdict.findings.size(), 1U);
  EXPECT_TRUE(verdict.findings[0].message.starts_with("this is no CSAF advisory but: ")) << verdict.findings[0].message;
}

INSTANTIATE_TEST_SUITE_P(Kinds, DistributionOf, ::testing::ValuesIn(kKinds),
                         [](const auto& info) { return std::string{info.param.name}; });

/// A good document with one member changed: `json` empty removes it.
struct Rule {
  std::string_view name, document, pointer, json;
  std::string_view test, path, message;  ///< Of the one finding that the change makes.
  Finding::Group group = Finding::Group::mandatory;
};
void PrintTo(const Rule& each, std::ostream* out) { *out << each.pointer << " = " << each.json; }

constexpr auto kShould = Finding::Group::recommended;
constexpr auto kSchema = Finding::Group::schema;
constexpr auto kMay = Finding::Group::informative;
constexpr auto kQuality = Finding::Group::quality;

constexpr Rule kRules[] = {
    // provider-metadata.json
    {"ProviderUnknownVersion", kProvider20, "/metadata_version", "\"1.0\"", "schema", "/metadata_version", "2.1",
     kSchema},
    {"ProviderWithoutRole", kProvider20, "/role", "", "schema", "/role", "required", kSchema},
    {"ProviderOtherRole", kProvider20, "/role", "\"csaf_lister\"", "schema", "/role", "csaf_publisher", kSchema},
    {"ProviderOtherFileName", kProvider20, "/canonical_url", "\"https://www.example.com/.well-known/csaf/meta.json\"",
     "schema", "/canonical_url", "form", kSchema},
    {"ProviderLastUpdatedIsADay", kProvider20, "/last_updated", "\"2026-01-24\"", "schema", "/last_updated",
     "date and time", kSchema},
    {"ProviderFingerprintShort", kProvider20, "/public_openpgp_keys/0/fingerprint", "\"8F5F\"", "schema",
     "/public_openpgp_keys/0/fingerprint", "40 characters", kSchema},
    {"ProviderTlpOfTheOtherVersion", kProvider20, "/distributions/0/rolie/feeds/1/tlp_label", "\"AMBER+STRICT\"",
     "schema", "/distributions/0/rolie/feeds/1/tlp_label", "is none of", kSchema},
    {"Provider21WithoutSchema", kProvider21, "/$schema", "", "schema", "/$schema", "required", kSchema},
    {"Provider21UnknownMember", kProvider21, "/rolle", "1", "schema", "/rolle", "did you mean 'role'", kSchema},
    {"Provider21DirectoryUrlOf20", kProvider21, "/distributions/1",
     "{\"directory_url\": \"https://www.example.com/a/\"}", "schema", "/distributions/1/directory_url", "no member",
     kSchema},
    {"ProviderWithoutTls", kProvider20, "/canonical_url",
     "\"http://www.example.com/.well-known/csaf/provider-metadata.json\"", "7.2.2", "/canonical_url", "without TLS"},
    {"FolderWithoutTls", kProvider20, "/distributions/1/directory_url", "\"http://www.example.com/csaf/\"", "7.1.3",
     "/distributions/1/directory_url", "without TLS"},
    {"Folder21WithoutTls", kProvider21, "/distributions/1/directory/url", "\"http://www.example.com/csaf/\"", "7.1.3",
     "/distributions/1/directory/url", "without TLS"},
    {"FeedWithoutTls", kProvider20, "/distributions/0/rolie/feeds/0/url", "\"http://www.example.com/csaf/white.json\"",
     "7.1.3", "/distributions/0/rolie/feeds/0/url", "without TLS"},
    {"KeyWithoutTls", kProvider20, "/public_openpgp_keys/0/url", "\"http://k.example/a.asc\"", "7.1.20",
     "/public_openpgp_keys/0/url", "without TLS", kShould},
    {"ProviderWithoutDistribution", kProvider21, "/distributions", "", "7.2.2", "/distributions", "no distribution"},
    {"TrustedWithoutKey", kProvider20, "/public_openpgp_keys", "[]", "7.1.20", "/public_openpgp_keys",
     "no public OpenPGP"},
    {"NoOpenFeed", kProvider20, "/distributions/0/rolie/feeds/0/tlp_label", "\"RED\"", "7.1.15", "/distributions",
     "no feed is TLP:WHITE"},
    {"NoOpenFeed21", kProvider21, "/distributions/0/rolie/feeds/0/tlp_label", "\"AMBER\"", "7.1.15", "/distributions",
     "no feed is TLP:CLEAR"},
    {"ProtectedFolderIsOpen", kProvider21, "/distributions/2/directory/url", "\"https://www.example.com/csaf/clear/\"",
     "7.1.5", "/distributions/2/directory/url", "TLP:RED"},
    {"TwoLabelsAtOneFeed", kProvider20, "/distributions/0/rolie/feeds/1",
     R"({"tlp_label": "GREEN", "url": "https://www.example.com/csaf/white.json"})", "7.1.15",
     "/distributions/0/rolie/feeds/1/url", "TLP:GREEN", kShould},
    {"ServiceElsewhere", kProvider20, "/distributions/0/rolie/services/0", "\"https://www.example.com/service.json\"",
     "7.1.16", "/distributions/0/rolie/services/0", "not service.json", kShould},
    {"CategoryElsewhere", kProvider20, "/distributions/0/rolie/categories/0", "\"https://www.example.com/c.json\"",
     "7.1.17", "/distributions/0/rolie/categories/0", "none of the feeds", kShould},
    {"NoLongerMaintained", kProvider21, "/maintained_until", "\"2026-02-01T00:00:00Z\"", "7.1.7", "/maintained_until",
     "until 2026-02-01 00:00 UTC only"},
    {"SoonNoLongerMaintained", kProvider21, "/maintained_until", "\"2026-07-01T00:00:00Z\"", "7.1.7",
     "/maintained_until", "less than 90 days", kShould},
    {"NotYetMaintained", kProvider21, "/maintained_from", "\"2026-09-01T00:00:00Z\"", "7.1.7", "/maintained_from",
     "not maintained before", kShould},
    {"FeedNewerThanMetadata", kProvider21, "/distributions/0/rolie/feeds/0/last_updated", "\"2026-02-24T00:00:00Z\"",
     "TOC-011", "/distributions/0/rolie/feeds/0/last_updated", "the feed changed after", kQuality},
    // aggregator.json
    {"AggregatorUnknownVersion", kAggregator20, "/aggregator_version", "2", "schema", "/aggregator_version", "2.1",
     kSchema},
    {"AggregatorOtherCategory", kAggregator20, "/aggregator/category", "\"mirror\"", "schema", "/aggregator/category",
     "lister", kSchema},
    {"AggregatorOf21WithoutSchema", kAggregator20, "/aggregator_version", "\"2.1\"", "schema", "/$schema", "required",
     kSchema},
    {"MirrorIsNoMetadata", kAggregator20, "/csaf_providers/1/mirrors/0", "\"https://agg.example/B/\"", "schema",
     "/csaf_providers/1/mirrors/0", "form", kSchema},
    {"OneParty", kAggregator20, "/csaf_providers/1/metadata/publisher/namespace", "\"https://a.example\"", "7.1.22",
     "/csaf_providers", "fewer than two"},
    {"PublisherAmongProviders", kAggregator20, "/csaf_providers/0/metadata/role", "\"csaf_publisher\"", "7.1.22",
     "/csaf_providers/0/metadata/role", "list of providers", kShould},
    {"ListedTwice", kAggregator20, "/csaf_providers/1/metadata/url",
     "\"https://a.example/.well-known/csaf/provider-metadata.json\"", "7.1.21", "/csaf_providers/1/metadata/url",
     "twice", kShould},
    {"BesideMetadata", kAggregator20, "/csaf_providers/1/metadata/url",
     "\"https://agg.example/.well-known/csaf-aggregator/provider-metadata.json\"", "7.1.21",
     "/csaf_providers/1/metadata/url", "lies beside"},
    {"MirrorBeside", kAggregator20, "/csaf_providers/1/mirrors/0",
     "\"https://agg.example/.well-known/csaf-aggregator/provider-metadata.json\"", "7.1.21",
     "/csaf_providers/1/mirrors/0", "lies beside"},
    {"MirrorTooDeep", kAggregator20, "/csaf_providers/1/mirrors/0",
     "\"https://agg.example/.well-known/csaf-aggregator/B/x/provider-metadata.json\"", "7.1.23",
     "/csaf_providers/1/mirrors/0", "not adjacent"},
    {"MirrorInAnotherFolder", kAggregator20, "/csaf_providers/1/mirrors/0",
     "\"https://agg.example/B/provider-metadata.json\"", "7.1.23", "/csaf_providers/1/mirrors/0", "not adjacent"},
    {"MirrorShared", kAggregator20, "/csaf_providers/1/mirrors/0",
     "\"https://agg.example/.well-known/csaf-aggregator/A/provider-metadata.json\"", "7.1.23",
     "/csaf_providers/1/mirrors/0", "same folder"},
    {"MirrorWithoutTls", kAggregator20, "/csaf_providers/1/mirrors/0",
     "\"http://mirror.agg.example/B/provider-metadata.json\"", "7.1.3", "/csaf_providers/1/mirrors/0", "without TLS"},
    {"ProviderOfAggregatorWithoutTls", kAggregator20, "/csaf_providers/1/metadata/url",
     "\"http://b.example/csaf/provider-metadata.json\"", "7.1.7", "/csaf_providers/1/metadata/url", "without TLS"},
    {"AggregatorWithoutTwoMirrors", kAggregator20, "/csaf_providers/1/mirrors", "", "7.2.5", "/aggregator/category",
     "at least two"},
    {"MirrorsElsewhere", kAggregator20, "/csaf_providers/1/mirrors/0",
     "\"https://elsewhere.example/B/provider-metadata.json\"", "7.2.5", "/aggregator/category", "plainly", kShould},
    {"EntryNewerThanAggregator", kAggregator20, "/csaf_providers/1/metadata/last_updated", "\"2026-02-12T20:20:56Z\"",
     "TOC-011", "/csaf_providers/1/metadata/last_updated", "the entry changed after", kQuality},
    // ROLIE feeds
    {"FeedWithoutId", kFeed, "/feed/id", "", "schema", "/feed/id", "required", kSchema},
    {"EntryWithoutContent", kFeed, "/feed/entry/0/format", "", "schema", "/feed/entry/0/format", "required", kSchema},
    {"FeedOfAnotherType", kFeed, "/feed/category/0/term", "\"vulnerability\"", "7.1.15", "/feed/category",
     "information type csaf"},
    {"FeedWithoutSelf", kFeed, "/feed/link/0/rel", "\"service\"", "7.1.15", "/feed/link", "feed itself", kShould},
    {"EntryWithoutSelf", kFeed, "/feed/entry/0/link/0/rel", "\"alternate\"", "7.1.15", "/feed/entry/0/link",
     "document itself", kShould},
    {"EntryWithoutHash", kFeed, "/feed/entry/0/link/1/rel", "\"related\"", "7.1.18", "/feed/entry/0/link", "no hash",
     kMay},
    {"EntryWithoutSignature", kFeed, "/feed/entry/0/link/2/rel", "\"related\"", "7.1.19", "/feed/entry/0/link",
     "no signature", kMay},
    {"HashOfSha1", kFeed, "/feed/entry/0/link/1/href", "\"https://e.example/csaf/2026/esa-2026-001.json.sha1\"",
     "7.1.18", "/feed/entry/0/link/1/href", "MD5"},
    {"HashOfAnotherFile", kFeed, "/feed/entry/0/link/1/href",
     "\"https://e.example/csaf/2026/esa-2026-002.json.sha512\"", "7.1.18", "/feed/entry/0/link/1/href",
     "not named as the document"},
    {"SignatureOfAnotherFile", kFeed, "/feed/entry/0/link/2/href", "\"https://e.example/csaf/2026/esa-2026-001.asc\"",
     "7.1.19", "/feed/entry/0/link/2/href", "not named as the document"},
    {"EntryOfAnotherId", kFeed, "/feed/entry/0/id", "\"ESA-2026-002\"", "7.1.2", "/feed/entry/0/content/src",
     "not named after its id", kShould},
    {"SchemaOfTheOtherVersion", kFeed, "/feed/entry/0/format/schema",
     "\"https://docs.oasis-open.org/csaf/csaf/v2.0/csaf_json_schema.json\"", "7.1.15", "/feed/entry/0/format/schema",
     "not that of CSAF 2.1"},
    {"FormatUnknown", kFeed, "/feed/entry/0/format/version", "\"1.2\"", "7.1.15", "/feed/entry/0/format/version",
     "no version of CSAF"},
    {"EntryNewerThanFeed", kFeed, "/feed/entry/0/updated", "\"2026-01-02T00:00:00Z\"", "TOC-011",
     "/feed/entry/0/updated", "the entry changed after", kQuality},
    // ROLIE services and categories
    {"WorkspaceWithoutCollection", kService, "/service/workspace/0/collection", "[]", "schema",
     "/service/workspace/0/collection", "at least 1", kSchema},
    {"CollectionOfAnotherType", kService, "/service/workspace/0/collection/0/categories/category/0/term",
     "\"indicator\"", "7.1.16", "/service/workspace/0/collection/0/categories/category", "information type csaf"},
    {"CollectionWithoutTls", kService, "/service/workspace/0/collection/0/href", "\"http://e.example/csaf/feed.json\"",
     "7.1.3", "/service/workspace/0/collection/0/href", "without TLS"},
    {"CategoryWithoutTerm", kCategory, "/categories/category/0/term", "", "schema", "/categories/category/0/term",
     "required", kSchema},
    {"NoCategory", kCategory, "/categories/category", "[]", "schema", "/categories/category", "at least 1", kSchema},
};

std::string changed(std::string_view document, std::string_view pointer, std::string_view json_text) {
  boost::json::value root = boost::json::parse(std::string{document});
  const auto slash = pointer.rfind('/');
  const std::string key{pointer.substr(slash + 1)};
  auto* parent = const_cast<boost::json::value*>(json::at_pointer(root, pointer.substr(0, slash)));
  EXPECT_NE(parent, nullptr) << pointer;
  if (parent == nullptr) return {};
  if (json_text.empty()) {
    parent->as_object().erase(key);
  } else if (parent->is_array()) {
    parent->as_array()[std::stoul(key)] = boost::json::parse(std::string{json_text});
  } else {
    parent->as_object()[key] = boost::json::parse(std::string{json_text});
  }
  return json::write(root);
}

class DistributionRule : public ::testing::TestWithParam<Rule> {};

TEST_P(DistributionRule, FindsWhatItIsFor) {
  const auto& rule = GetParam();
  const auto verdict = judge(changed(rule.document, rule.pointer, rule.json));
  const auto found = std::ranges::find_if(
      verdict.findings, [&](const Finding& each) { return each.test == rule.test && each.path == rule.path; });
  std::string all;
  for (const auto& each : verdict.findings) all += each.test + " " + each.path + ": " + each.message + "\n";
  ASSERT_NE(found, verdict.findings.end()) << all;
  EXPECT_EQ(found->group, rule.group);
  EXPECT_NE(found->message.find(rule.message), std::string::npos) << found->message;
  EXPECT_EQ(verdict.is_valid(), rule.group != kSchema && rule.group != Finding::Group::mandatory) << all;
  // Only the grammar may find more than one thing in one change.
  if (rule.group != kSchema) {
    EXPECT_LE(verdict.findings.size(), 2U) << all;
  }
}

INSTANTIATE_TEST_SUITE_P(Rules, DistributionRule, ::testing::ValuesIn(kRules),
                         [](const auto& info) { return std::string{info.param.name}; });

TEST(Distribution, ListerHasNoMirrorsOfItsOwn) {
  const auto lister = changed(kAggregator20, "/aggregator/category", "\"lister\"");
  const auto verdict = judge(lister);
  EXPECT_EQ(std::ranges::count(verdict.findings, "7.2.4", &Finding::test), 2);
  EXPECT_FALSE(verdict.is_valid());
}

TEST(Distribution, APublisherMayBeReachedAsItLikesAndNeedsNoDistribution) {
  auto publisher = changed(kProvider20, "/role", "\"csaf_publisher\"");
  publisher = changed(publisher, "/distributions", "");
  publisher = changed(publisher, "/public_openpgp_keys", "");
  publisher = changed(publisher, "/canonical_url", "\"http://www.example.com/provider-metadata.json\"");
  const auto verdict = judge(publisher);
  EXPECT_TRUE(verdict.is_valid());
  ASSERT_EQ(verdict.findings.size(), 1U);
  EXPECT_EQ(verdict.findings[0].test, "7.2.2");
}

TEST(Distribution, FileNamesOfAFeedFollowSection51) {
  for (const std::string_view name :
       {"ESA-2026-001.json", "esa__2026.json", "esa.2026.json", ".json", "esa 2026.json"}) {
    const auto verdict =
        judge(changed(kFeed, "/feed/entry/0/content/src", fmt::format("\"https://e.example/{}\"", name)));
    EXPECT_TRUE(std::ranges::any_of(verdict.findings, [](const Finding& each) {
      return each.test == "7.1.2" || each.test == "schema";
    })) << name;
    EXPECT_FALSE(verdict.is_valid()) << name;
  }
}

TEST(Distribution, EndBeforeBeginning) {
  auto swapped = changed(kProvider21, "/maintained_from", "\"2026-12-01T00:00:00Z\"");
  swapped = changed(swapped, "/maintained_until", "\"2026-11-01T00:00:00Z\"");
  const auto verdict = judge(swapped);
  EXPECT_EQ(std::ranges::count(verdict.findings, "TOC-012", &Finding::test), 1);
}

TEST(Distribution, OnlyTheGroupsOfTheModeAreTold) {
  const auto feed = changed(kFeed, "/feed/entry/0/link/1/rel", "\"related\"");
  EXPECT_TRUE(Validator{}.validate_any(feed, Mode::extended, false, kNow).findings.empty());
  EXPECT_EQ(Validator{}.validate_any(feed, Mode::full, false, kNow).findings.size(), 1U);
}

TEST(Distribution, AdvisoriesAndOtherThingsAreJudgedAsBefore) {
  const auto other = judge(R"({"bomFormat": "CycloneDX"})");
  EXPECT_FALSE(other.is_valid());
  EXPECT_EQ(other.kind, DocumentKind::cyclonedx);
  EXPECT_FALSE(judge("{}").is_valid());
  EXPECT_FALSE(judge("[1]").is_valid());
  const auto advisory =
      judge(testing::read_file(std::filesystem::path{TOCSIN_SOURCE_DIR} / "src/formats/csaf/testdata/full-2.0.json"));
  EXPECT_TRUE(advisory.is_valid());
  EXPECT_EQ(advisory.version, CsafVersion::v2_0);
}

TEST(FileName, FollowsSection51AndMayMarkWhatIsInvalid) {
  EXPECT_FALSE(check_file_name("2022_01-a.json", "2022_#01-A", true));
  EXPECT_FALSE(check_file_name("2022_01-a_invalid.json", "2022_#01-A", false));
  EXPECT_FALSE(check_file_name("anything", "", true)) << "no id, no name";
  for (const std::string_view name : {"2022__01-a.json", "2022_01-A.json", "2022_01-a.JSON", "2022_01-a", "x.json"}) {
    const auto finding = check_file_name(name, "2022_#01-A", true);
    ASSERT_TRUE(finding) << name;
    EXPECT_EQ(finding->test, "5.1");
    EXPECT_EQ(finding->group, Finding::Group::recommended);
    EXPECT_EQ(finding->mend, "Name it 2022_01-a.json.");
  }
  EXPECT_NE(check_file_name("2022_01-a_invalid.json", "2022_#01-A", true)->message.find("but this one is valid"),
            std::string::npos);
}

TEST(FileName, OfficialExamplesAgree) {
  std::size_t seen = 0;
  const bool there =
      testing::for_each_file("csaf/oasis-other-tests.tar.zst", [&](const std::string& name, const std::string& bytes) {
        if (name.find("/filenames/data/") == std::string::npos) return;
        ++seen;
        const auto verdict = judge(bytes);
        const auto file = name.substr(name.rfind('/') + 1);
        EXPECT_EQ(check_file_name(file, verdict.tracking_id, verdict.is_valid()).has_value(),
                  name.find("/invalid/") != std::string::npos)
            << name << " of " << verdict.tracking_id;
      });
  if (!there) GTEST_SKIP() << "csaf/oasis-other-tests.tar.zst is not here (TOCSIN_DATA)";
  EXPECT_EQ(seen, 12U);
}

/// What is wrong with a real document: its tests in order, each once.
std::string tests_of(const Verdict& verdict) {
  std::set<std::string> tests;
  for (const auto& each : verdict.findings) {
    if (each.group == kSchema || each.group == Finding::Group::mandatory) tests.insert(each.test);
  }
  std::string list;
  for (const auto& each : tests) list += (list.empty() ? "" : " ") + each;
  return list;
}

TEST(Distribution, OfficialExamplesAndRealDocumentsAreReadOrRefusedForTheirReason) {
  struct Expected {
    std::string_view archive, name, tests;
  };
  // Every document of these kinds in the archives; empty: valid.
  static constexpr Expected kExpected[] = {
      {"csaf/distribution-examples.tar.zst", "distribution-examples/2.0/ROLIE/example-01-category.json", ""},
      {"csaf/distribution-examples.tar.zst", "distribution-examples/2.0/ROLIE/example-01-feed-tlp-white.json", "7.1.2"},
      {"csaf/distribution-examples.tar.zst", "distribution-examples/2.0/ROLIE/example-01-service.json", ""},
      {"csaf/distribution-examples.tar.zst", "distribution-examples/2.0/ROLIE/example-02-service.json", ""},
      {"csaf/distribution-examples.tar.zst", "distribution-examples/2.0/aggregator/example-01-aggregator.json", ""},
      {"csaf/distribution-examples.tar.zst", "distribution-examples/2.0/aggregator/example-02-aggregator.json", ""},
      {"csaf/distribution-examples.tar.zst", "distribution-examples/2.0/aggregator/example-03-aggregator.json", ""},
      {"csaf/distribution-examples.tar.zst",
       "distribution-examples/2.0/provider-metadata/example-01-provider-metadata.json", ""},
      {"csaf/distribution-examples.tar.zst", "distribution-examples/2.1/ROLIE/example-01-category.json", ""},
      {"csaf/distribution-examples.tar.zst", "distribution-examples/2.1/ROLIE/example-01-feed-tlp-white.json", ""},
      {"csaf/distribution-examples.tar.zst", "distribution-examples/2.1/ROLIE/example-01-service.json", ""},
      {"csaf/distribution-examples.tar.zst", "distribution-examples/2.1/ROLIE/example-02-service.json", ""},
      {"csaf/distribution-examples.tar.zst", "distribution-examples/2.1/aggregator/example-01-aggregator.json", ""},
      {"csaf/distribution-examples.tar.zst", "distribution-examples/2.1/aggregator/example-02-aggregator.json", ""},
      {"csaf/distribution-examples.tar.zst", "distribution-examples/2.1/aggregator/example-03-aggregator.json", ""},
      {"csaf/distribution-examples.tar.zst",
       "distribution-examples/2.1/provider-metadata/example-01-provider-metadata.json", ""},
      {"csaf/distribution-examples.tar.zst",
       "distribution-examples/2.1/provider-metadata/example-02-maintained-until-provider-metadata.json", "7.1.7"},
      {"csaf/distribution-examples.tar.zst",
       "distribution-examples/2.1/provider-metadata/example-03-maintained-from-provider-metadata.json", ""},
      {"csaf/other-issuers.tar.zst", "other-issuers/provider-trees/simple-directory-provider/provider-metadata.json",
       "schema"},
      {"csaf/other-issuers.tar.zst", "other-issuers/provider-trees/simple-rolie-provider/provider-metadata.json",
       "schema"},
      {"csaf/other-issuers.tar.zst", "other-issuers/provider-trees/simple-rolie-provider/service.json", "schema"},
      {"csaf/other-issuers.tar.zst",
       "other-issuers/provider-trees-2/csaf.data.security.publisher-with-dns.com/index.json", "schema"},
      {"csaf/other-issuers.tar.zst", "other-issuers/provider-trees-2/example.com/.well-known/csaf/feed-tlp-white.json",
       ""},
      {"csaf/other-issuers.tar.zst",
       "other-issuers/provider-trees-2/example.com/.well-known/csaf/provider-metadata.json", ""},
      {"csaf/other-issuers.tar.zst",
       "other-issuers/provider-trees-2/example.com/.well-known/csaf-aggregator/aggregator.json", "7.1.22 7.2.5 schema"},
      {"csaf/other-issuers.tar.zst", "other-issuers/provider-trees-2/example.com/example-01-aggregator.json",
       "7.1.22 7.2.5 schema"},
      {"csaf/other-issuers.tar.zst", "other-issuers/provider-trees-2/example.com/example-01-lister.json", "7.1.22"},
      {"csaf/other-issuers.tar.zst", "other-issuers/provider-trees-2/example.com/example-01-provider-metadata.json",
       ""},
      {"csaf/other-issuers.tar.zst",
       "other-issuers/provider-trees-2/no-distributions.com/.well-known/csaf/provider-metadata.json", "7.2.2"},
      {"csaf/other-issuers.tar.zst",
       "other-issuers/provider-trees-2/provider-with-securitytxt.com/directory/provider-metadata.json", ""},
      {"csaf/cisa-ot-feed-2017-2022.tar.zst", "cisa-ot-feed-2017-2022/cisa-csaf-ot-feed-tlp-white.json", ""},
      {"csaf/cisa-it.tar.zst", "cisa-it/cisa-csaf-it-feed-tlp-white.json", "schema"},
  };
  std::size_t seen = 0;
  for (const std::string_view archive : {"csaf/distribution-examples.tar.zst", "csaf/other-issuers.tar.zst",
                                         "csaf/cisa-ot-feed-2017-2022.tar.zst", "csaf/cisa-it.tar.zst"}) {
    const bool there = testing::for_each_file(archive, [&](const std::string& name, const std::string& bytes) {
      const auto verdict = judge(bytes);
      if (!is_distribution(verdict.kind)) return;
      ++seen;
      const auto* known = std::ranges::find_if(
          kExpected, [&](const Expected& each) { return archive == each.archive && name == each.name; });
      if (known == std::end(kExpected)) {
        ADD_FAILURE() << "{\"" << archive << "\", \"" << name << "\", \"" << tests_of(verdict) << "\"},";
        return;
      }
      EXPECT_EQ(tests_of(verdict), known->tests) << name;
    });
    if (!there) GTEST_SKIP() << archive << " is not here (TOCSIN_DATA)";
  }
  EXPECT_EQ(seen, std::size(kExpected));
}

}  // namespace
}  // namespace tocsin::formats::csaf
