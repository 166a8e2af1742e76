#include "formats/misp/feed.hpp"

#include <set>

#include <gtest/gtest.h>

#include "base/json.hpp"
#include "base/text.hpp"
#include "formats/misp/event.hpp"
#include "formats/testing/corpus.hpp"

namespace tocsin::formats::misp {
namespace {

boost::json::object event_of(std::string_view json) {
  const auto parsed = json::parse(json);
  return {parsed.value().root().get_object(), boost::json::storage_ptr{}};
}

TEST(MispFeed, OthersGetNothingOfTheInstance) {
  const auto event = for_others(event_of(R"({"info":"x","event_creator_email":"me@cert.example",
      "Tag":[{"name":"a","exportable":false},{"name":"b","local":1},{"name":"c","exportable":true,"local":0},
             {"name":"tlp:red","local":true},{"name":"d"}],
      "Attribute":[{"value":"y","Tag":[{"name":"e","local":true}]}],
      "Object":[{"Attribute":[{"value":"z","Tag":[{"name":"f","exportable":"0"},{"name":"g"}]}]}]})"));
  EXPECT_EQ(
      json::write(event),
      R"({"info":"x","Tag":[{"name":"c","exportable":true,"local":0},{"name":"tlp:red","local":true},{"name":"d"}],)"
      R"("Attribute":[{"value":"y","Tag":[]}],"Object":[{"Attribute":[{"value":"z","Tag":[{"name":"g"}]}]}]})");
}

TEST(MispFeed, TheManifestSaysWhatClientsChooseBy) {
  const auto entry = manifest_entry(event_of(
      R"({"uuid":"u","info":"x","date":"2026-01-02","timestamp":7,"analysis":"1","threat_level_id":"2","Orgc":{"name":"o","uuid":"p"},
          "Tag":[{"name":"tlp:green","colour":"#0f0","id":"9"}],"Attribute":[],"published":true})"));
  EXPECT_EQ(
      json::write(entry),
      R"({"Orgc":{"name":"o","uuid":"p"},"Tag":[{"name":"tlp:green","colour":"#0f0"}],"info":"x","date":"2026-01-02",)"
      R"("analysis":"1","threat_level_id":"2","timestamp":"7"})");
}

TEST(MispFeed, AManifestNamesItsEventsByAge) {
  const auto events = read_manifest(R"({"5b0e1c3a-1111-4222-8333-0000000000AA":{"info":"b","timestamp":"20"},
    "5b0e1c3a-1111-4222-8333-0000000000bb":{"timestamp":10},"5b0e1c3a-1111-4222-8333-0000000000cc":{},
    "../../etc/passwd":{"timestamp":"1"},"5b0e1c3a-1111-4222-8333-0000000000dd":7})");
  ASSERT_TRUE(events) << events.error().to_string();
  const std::vector<ManifestEvent> wanted{{"5b0e1c3a-1111-4222-8333-0000000000cc", 0},
                                          {"5b0e1c3a-1111-4222-8333-0000000000bb", 10},
                                          {"5b0e1c3a-1111-4222-8333-0000000000aa", 20}};
  EXPECT_EQ(*events, wanted);
  EXPECT_TRUE(read_manifest("{}")->empty());
  for (const auto* bad : {"", "[]", "<html>", R"({"Event":{}})", R"({"a":{"timestamp":"1"}})"}) {
    EXPECT_FALSE(read_manifest(bad)) << bad;
  }
}

TEST(MispFeed, HashesAreOfEveryValueAndOfItsParts) {
  std::string out;
  append_hashes(out,
                event_of(R"({"uuid":"u","Attribute":[{"type":"domain","value":"a"},{"type":"domain|ip","value":"b|c"},
      {"type":"text","value":"a"},{"type":"text","value":"gone","deleted":true}],"Object":[{"Attribute":[{"type":"text","value":"d|e"}]}]})"));
  std::set<std::string_view> lines;
  for (const auto line : text::split(out, '\n')) lines.insert(line);
  EXPECT_TRUE(lines.contains("0cc175b9c0f1b6a831c399e269772661,u")) << "a";
  EXPECT_TRUE(lines.contains("92eb5ffee6ae2fec3ad71c777531578f,u")) << "b";
  EXPECT_TRUE(lines.contains("4a8a08f09d37b73795649038408b5f33,u")) << "c";
  EXPECT_EQ(lines.size(), 6U) << out;  // a, b, c, b|c, d|e, and what stands behind the last line end.
}

TEST(MispFeed, ARealFeedHasTheHashesThatItsMakerWrote) {
  std::set<std::string> wanted, made;
  std::string hashes;
  const bool there =
      testing::for_each_file("misp/feed.tar.zst", [&](const std::string& name, const std::string& bytes) {
        if (name.ends_with("hashes.csv")) {
          for (const auto line : text::split(bytes, '\n')) wanted.insert(std::string{text::trim(line)});
          return;
        }
        const auto read = read_events(bytes);
        if (!read) return;
        for (const auto& each : read->events) append_hashes(hashes, *each.json);
      });
  if (!there) GTEST_SKIP() << "no real MISP content in the folder that TOCSIN_DATA names";
  for (const auto line : text::split(hashes, '\n')) made.insert(std::string{line});
  std::size_t missing = 0;
  for (const auto& each : wanted) missing += made.contains(each) ? 0 : 1;
  EXPECT_EQ(missing, 0U) << "of " << wanted.size();
}

}  // namespace
}  // namespace tocsin::formats::misp
