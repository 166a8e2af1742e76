#include "formats/threat_text/known_good.hpp"

#include <cstdlib>
#include <filesystem>
#include <fstream>
#include <sstream>

#include <gtest/gtest.h>

#include "formats/threat_text/doubts.hpp"

namespace tocsin::formats::threat_text {
namespace {

Found only(std::string_view text) {
  const auto found = extract(text);
  EXPECT_EQ(found.size(), 1U) << text;
  return found.empty() ? Found{} : found.front();
}

TEST(KnownGood, GoesByTheKindOfList) {
  KnownGood lists;
  EXPECT_EQ(lists.add(R"({"type":"hostname","list":["sluice.net",".Gate.org.","",7,"a b"]})").value(), 2U);
  EXPECT_EQ(lists.add(R"({"type":"cidr","list":["45.66.0.0/17","2a0e:1::/32","45.67.1.1","45.66.0.0/33"]})").value(),
            3U);
  EXPECT_EQ(
      lists.add(R"({"type":"string","list":["exact.net","D41D8CD98F00B204E9800998ECF8427F","45.68.1.0/24"]})").value(),
      3U);
  EXPECT_EQ(lists.add("\xEF\xBB\xBF# ours\nlocks.net  # of the plant\r\n45.69.0.1\n\n").value(), 2U);
  EXPECT_EQ(lists.size(), 10U);
  for (const auto* known :
       {"sluice.net", "www.sluice.net", "gate.org", "45.66.127.255", "45.66.1.0/24", "45.66.3.4:8080", "45.67.1.1",
        "2a0e:1::7", "exact.net", "d41d8cd98f00b204e9800998ecf8427f", "45.68.1.9", "https://www.sluice.net/",
        "http://45.66.1.1/", "locks.net", "eu.locks.net", "45.69.0.1"}) {
    EXPECT_TRUE(lists.has(only(known))) << known;
  }
  for (const auto* unknown : {"othersluice.net", "sluice.net.evil.org", "45.66.128.1", "45.66.0.0/16", "45.67.1.2",
                              "2a0e:2::7", "www.exact.net", "https://www.sluice.net/bad.exe", "CVE-2024-12345"}) {
    EXPECT_FALSE(lists.has(only(unknown))) << unknown;
  }
}

TEST(KnownGood, RefusesWhatIsOfNoUse) {
  KnownGood lists;
  for (const auto* bytes :
       {"", "# nothing\n", "{", R"({"type":"substring","list":["a"]})", R"({"type":"regex","list":["."]})",
        R"({"list":["a.net"]})", R"({"type":"cidr","list":[]})", R"({"type":"cidr","list":"45.66.0.0/17"})"}) {
    EXPECT_FALSE(lists.add(bytes)) << bytes;
  }
  EXPECT_EQ(lists.size(), 0U);
}

TEST(KnownGood, IsAskedBesideOurOwnLists) {
  auto lists = std::make_shared<KnownGood>();
  ASSERT_TRUE(lists->add("sluice.net\n"));
  EXPECT_FALSE(doubt_here(only("sluice.net")));
  install_known_good(lists);
  EXPECT_EQ(doubt_here(only("sluice.net")), Doubt::known_good);
  EXPECT_EQ(doubt_here(only("10.0.0.1")), Doubt::own_network);
  EXPECT_FALSE(doubt_here(only("other.net")));
  // What correlation goes by is the same everywhere.
  EXPECT_FALSE(doubt_of(only("sluice.net")));
  install_known_good(nullptr);
  EXPECT_FALSE(doubt_here(only("sluice.net")));
}

}  // namespace
}  // namespace tocsin::formats::threat_text
