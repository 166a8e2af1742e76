#include "formats/attack/layer.hpp"

#include <gtest/gtest.h>

namespace tocsin::formats::attack {
namespace {

constexpr std::string_view kLayer = R"({
  "name": "Spring tide", "versions": {"attack": "18", "navigator": "5.2.0", "layer": "4.5"}, "domain": "ics-attack",
  "description": "What the river gang did", "filters": {"platforms": ["None"]}, "sorting": 2,
  "techniques": [
    {"techniqueID": "T0855", "score": 3, "color": "#fd8d3c", "comment": "Twice", "showSubtechniques": true},
    {"techniqueID": "T1059.001", "tactic": "execution", "score": 0.5},
    {"techniqueID": "T0831", "enabled": false, "color": "red", "metadata": [{"divider": true}]}],
  "legendItems": [{"label": "seen", "color": "#FF00FF"}, {"label": "odd", "color": "javascript:"}]})";

TEST(AttackLayer, IsReadAndWrittenAgain) {
  const auto layer = read_layer(kLayer);
  ASSERT_TRUE(layer) << layer.error().to_string();
  EXPECT_EQ(layer->name, "Spring tide");
  EXPECT_EQ(layer->domain, "ics-attack");
  EXPECT_EQ(layer->attack_version, "18");
  ASSERT_EQ(layer->techniques.size(), 3U);
  EXPECT_EQ(layer->techniques[0].score, 3);
  EXPECT_EQ(layer->techniques[0].color, "#fd8d3c");
  EXPECT_EQ(layer->techniques[1].tactic, "execution");
  EXPECT_FALSE(layer->techniques[2].enabled);
  EXPECT_EQ(layer->techniques[2].color, "");
  EXPECT_FALSE(layer->techniques[2].score);
  ASSERT_EQ(layer->legend.size(), 1U);
  const auto again = read_layer(write_layer(*layer));
  ASSERT_TRUE(again) << again.error().to_string();
  EXPECT_EQ(*again, *layer);
  // MITRE's own library refuses 3.0 where it wants 3.
  const auto written = write_layer(*layer);
  EXPECT_NE(written.find(R"("score":3,)"), std::string::npos) << written;
  EXPECT_NE(written.find(R"("maxValue":3})"), std::string::npos) << written;
  const Layer quiet;
  EXPECT_NE(write_layer(quiet).find(R"("maxValue":2})"), std::string::npos);
  const auto several = read_layer("[" + std::string{kLayer} + "]");
  ASSERT_TRUE(several);
  EXPECT_EQ(*several, *layer);
}

TEST(AttackLayer, IsReadInUtf16AsMitresLibraryWritesIt) {
  constexpr std::u16string_view kText = u"\uFEFF{\"name\":\"Pump\u00E9\",\"domain\":\"ics-attack\"}";
  for (const bool little : {true, false}) {
    std::string bytes;
    for (const char16_t unit : kText) {
      const auto low = static_cast<char>(unit & 0xFFU), high = static_cast<char>(unit >> 8U);
      bytes += little ? low : high;
      bytes += little ? high : low;
    }
    const auto layer = read_layer(bytes);
    ASSERT_TRUE(layer) << layer.error().to_string();
    EXPECT_EQ(layer->name, "Pump\u00E9");
    // Half a character is no end of a file.
    EXPECT_FALSE(read_layer(bytes.substr(0, bytes.size() - 3)));
  }
}

struct BadLayer {
  std::string_view bytes, where;
};
constexpr BadLayer kBad[] = {
    {R"({"domain":"ics-attack"})", "/name"},
    {R"({"name":"x"})", "/domain"},
    {R"([{"name":"x"}])", "/0/domain"},
    {R"("x")", ""},
    {R"([])", ""},
    {R"({"name":"x","domain":"ics-attack","versions":{"layer":"3.0"}})", "/versions/layer"},
    {R"({"name":"x","domain":"ics-attack","techniques":[{"techniqueID":"T0855"},{"techniqueID":"G0034"}]})",
     "/techniques/1/techniqueID"},
    {R"({"name":"x","domain":"ics-attack","techniques":[{"techniqueID":"T0855","score":"9"}]})", "/techniques/0/score"},
    {R"({"name":"x","domain":"ics-attack","techniques":["T0855"]})", "/techniques/0/techniqueID"},
};
TEST(AttackLayer, IsRefusedWithItsPlace) {
  for (const auto& each : kBad) {
    const auto layer = read_layer(each.bytes);
    ASSERT_FALSE(layer) << each.bytes;
    EXPECT_EQ(layer.error().code, Error::Code::invalid_input) << each.bytes;
    EXPECT_EQ(layer.error().where, each.where) << each.bytes;
  }
  EXPECT_FALSE(read_layer("{"));
  EXPECT_FALSE(read_layer(std::string(kLayerBytesMax + 1, ' ')));
}

}  // namespace
}  // namespace tocsin::formats::attack
