#include "formats/recognise.hpp"

#include <set>

#include <gtest/gtest.h>

namespace tocsin::formats {
namespace {

struct Sample {
  std::string_view name, json;
  DocumentKind kind;
};
void PrintTo(const Sample& each, std::ostream* out) { *out << each.json; }

constexpr Sample kSamples[] = {
    {"Csaf20", R"({"document":{"csaf_version":"2.0"}})", DocumentKind::csaf_2_0},
    {"Csaf21", R"({"$schema":"x","document":{"csaf_version":"2.1"}})", DocumentKind::csaf_2_1},
    {"CsafOfLater", R"({"document":{"csaf_version":"3.0"}})", DocumentKind::csaf_unknown_version},
    {"CsafVersionAsNumber", R"({"document":{"csaf_version":2.0}})", DocumentKind::csaf_unknown_version},
    {"CsafWithForeignMembers", R"({"document":{"csaf_version":"2.0"},"type":"bundle","id":"bundle--1"})",
     DocumentKind::csaf_2_0},
    {"ProviderMetadata", R"({"metadata_version":"2.0","publisher":{"name":"x"},"canonical_url":"https://x.example"})",
     DocumentKind::csaf_provider_metadata},
    {"Aggregator", R"({"aggregator_version":"2.0","aggregator":{},"csaf_providers":[]})",
     DocumentKind::csaf_aggregator},
    {"RolieFeed", R"({"feed":{"id":"x","entry":[]}})", DocumentKind::rolie_feed},
    {"RolieService", R"({"service":{"workspace":[]}})", DocumentKind::rolie_service},
    {"RolieCategory", R"({"categories":{"category":[{"term":"x"}]}})", DocumentKind::rolie_category},
    {"CveRecord", R"({"dataType":"CVE_RECORD","dataVersion":"5.1"})", DocumentKind::cve_record},
    {"StixBundle", R"({"type":"bundle","id":"bundle--8e2e2d2b-17d4-4cbf-938f-98ee46b3cd3f"})",
     DocumentKind::stix_bundle},
    {"StixObject", R"({"type":"tool","id":"tool--8e2e2d2b-17d4-4cbf-938f-98ee46b3cd3f"})", DocumentKind::stix_object},
    {"StixObjectOfAnotherType",
     R"({"type":"x-pump","id":"x-pump--8e2e2d2b-17d4-4cbf-938f-98ee46b3cd3f","spec_version":"2.1"})",
     DocumentKind::stix_object},
    {"CycloneDx", R"({"bomFormat":"CycloneDX","specVersion":"1.5"})", DocumentKind::cyclonedx},
    {"Spdx2", R"({"spdxVersion":"SPDX-2.3","SPDXID":"SPDXRef-DOCUMENT"})", DocumentKind::spdx},
    {"Spdx3", R"({"@context":"https://spdx.org/rdf/3.0.1/spdx-context.jsonld","@graph":[]})", DocumentKind::spdx},
    {"OpenVex", R"({"@context":"https://openvex.dev/ns/v0.2.0","statements":[]})", DocumentKind::openvex},
    {"OscalCatalog", R"({"catalog":{"uuid":"x","metadata":{}}})", DocumentKind::oscal},
    {"OscalPlan", R"({"plan-of-action-and-milestones":{"uuid":"x","metadata":{}}})", DocumentKind::oscal},
    {"MispEvent", R"({"Event":{"uuid":"x","info":"y"}})", DocumentKind::misp_event},
    // What resembles one of them but lacks what its format demands.
    {"EmptyObject", "{}", DocumentKind::other_json},
    {"List", R"([{"document":{"csaf_version":"2.0"}}])", DocumentKind::other_json},
    {"Number", "7", DocumentKind::other_json},
    {"Null", "null", DocumentKind::other_json},
    {"DocumentWithoutVersion", R"({"document":{"title":"x"}})", DocumentKind::other_json},
    {"DocumentIsText", R"({"document":"csaf_version"})", DocumentKind::other_json},
    {"FeedWithoutEntries", R"({"feed":{"id":"x"}})", DocumentKind::other_json},
    {"ServiceWithoutWorkspace", R"({"service":{"workspace":"x"}})", DocumentKind::other_json},
    {"CategoriesAsList", R"({"categories":["x"]})", DocumentKind::other_json},
    {"BundleOfSomethingElse", R"({"type":"bundle","id":"7"})", DocumentKind::other_json},
    {"ObjectOfSomethingElse", R"({"type":"pump","id":"pump--7"})", DocumentKind::other_json},
    {"ToolOfSomethingElse", R"({"type":"tool","id":"7","created":"2016-01-01"})", DocumentKind::other_json},
    {"MetadataWithoutPublisher", R"({"metadata_version":"2.0"})", DocumentKind::other_json},
    {"OtherBom", R"({"bomFormat":"Other"})", DocumentKind::other_json},
    {"OtherContext", R"({"@context":"https://schema.org"})", DocumentKind::other_json},
    {"ContextIsList", R"({"@context":["https://schema.org"]})", DocumentKind::other_json},
    {"CatalogueOfPumps", R"({"catalog":{"pumps":[]}})", DocumentKind::other_json},
    {"EventOfSomethingElse", R"({"Event":{"name":"y"}})", DocumentKind::other_json},
};

class Recognise : public ::testing::TestWithParam<Sample> {};
TEST_P(Recognise, JudgesByTheMembers) {
  EXPECT_EQ(to_string(recognise(boost::json::parse(std::string{GetParam().json}))), to_string(GetParam().kind));
}
INSTANTIATE_TEST_SUITE_P(Formats, Recognise, ::testing::ValuesIn(kSamples),
                         [](const auto& each) { return std::string{each.param.name}; });

struct XmlSample {
  std::string_view name, bytes;
  std::optional<DocumentKind> kind;
};
void PrintTo(const XmlSample& each, std::ostream* out) { *out << each.name; }

using namespace std::string_view_literals;
constexpr XmlSample kXmlSamples[] = {
    {"Cvrf", "<?xml version='1.0'?>\n<!-- x --><cvrfdoc xmlns='x'/>", DocumentKind::cvrf},
    {"CvrfWithPrefix", " \n<c:cvrfdoc/>", DocumentKind::cvrf},
    {"CvrfWithMark", "\xEF\xBB\xBF<cvrfdoc/>", DocumentKind::cvrf},
    {"CvrfInUtf16", "\xFF\xFE<\0c\0v\0r\0f\0d\0o\0c\0/\0>\0"sv, DocumentKind::cvrf},
    {"OtherXml", "<feed>no cvrfdoc</feed>", DocumentKind::other_xml},
    {"Atom", "<?xml version='1.0'?><feed xmlns='http://www.w3.org/2005/Atom'/>", DocumentKind::news_feed},
    {"AtomWithPrefix", "<!-- <rss> --><a:feed xmlns:a=\"http://www.w3.org/2005/Atom\"/>", DocumentKind::news_feed},
    {"Rss2", "<!DOCTYPE rss>\n<rss version='2.0'>about <cvrfdoc/></rss>", DocumentKind::news_feed},
    {"Rss1", "<rdf:RDF xmlns='http://purl.org/rss/1.0/'/>", DocumentKind::news_feed},
    {"NoMoreThanAComment", "<!-- <rss> -->", DocumentKind::other_xml},
    {"Nothing", "", std::nullopt},
    {"Json", R"({"cvrfdoc":"<cvrfdoc>"})", std::nullopt},
    {"JsonInUtf16", "\xFF\xFE{\0}\0"sv, std::nullopt},
    {"Blanks", " \n", std::nullopt},
};

class RecogniseXml : public ::testing::TestWithParam<XmlSample> {};
TEST_P(RecogniseXml, JudgesByTheRoot) { EXPECT_EQ(recognise_xml(GetParam().bytes), GetParam().kind); }
INSTANTIATE_TEST_SUITE_P(Formats, RecogniseXml, ::testing::ValuesIn(kXmlSamples),
                         [](const auto& each) { return std::string{each.param.name}; });

TEST(RecogniseNames, EachKindHasAName) {
  std::set<std::string_view> names;
  const auto last = static_cast<int>(DocumentKind::other_json);
  for (int kind = 0; kind <= last; ++kind) names.insert(to_string(static_cast<DocumentKind>(kind)));
  EXPECT_EQ(names.size(), static_cast<std::size_t>(last) + 1);
  EXPECT_TRUE(names.contains("CSAF 2.0 advisory"));
}

}  // namespace
}  // namespace tocsin::formats
