#include "engine/threat/graph.hpp"

#include <set>

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include "base/hash.hpp"
#include "engine/threat/indexer.hpp"
#include "formats/stix/versions.hpp"
#include "store/records.hpp"
#include "store/testing/test_database.hpp"

/// What is around an object and how two hang together, and that neither tells of what is hidden.
namespace tocsin::engine::threat {
namespace {

using domain::Tlp;
using domain::policy::Viewer;
using store_testing::kTestNow;
using ::testing::ElementsAre;
using ::testing::IsEmpty;
using ::testing::SizeIs;
using ::testing::UnorderedElementsAre;

std::string id_of(std::string_view type, int number) {
  return fmt::format("{}--00000000-0000-4000-8000-{:012}", type, number);
}

class ThreatGraph : public store_testing::DatabaseTest {
 protected:
  void add(std::string_view type, int number, std::string_view name, Tlp tlp = Tlp::clear, std::string_view more = "",
           std::string_view issuer = "") {
    domain::NewRevision revision;
    revision.kind = domain::RecordKind::stix_object;
    revision.issuer = issuer;
    revision.key = id_of(type, number);
    revision.title = name;
    revision.tlp = tlp;
    revision.version = "2024-02-01T00:00:00.000Z";
    revision.version_order = formats::stix::version_order(revision.version, false);
    revision.format = "stix-2.1";
    revision.initial_release_at = parse_rfc3339("2024-01-01T00:00:00Z").value();
    revision.current_release_at = parse_rfc3339(revision.version).value();
    revision.bytes =
        fmt::format(R"({{"type":"{}","spec_version":"2.1","id":"{}","name":"{}"{}}})", type, revision.key, name, more);
    revision.sha512 = sha512_hex(revision.bytes);
    new_.push_back(std::move(revision));
  }
  void relate(int number, const std::string& source, std::string_view verb, const std::string& target,
              Tlp tlp = Tlp::clear) {
    add("relationship", number, verb, tlp,
        fmt::format(R"(,"relationship_type":"{}","source_ref":"{}","target_ref":"{}")", verb, source, target));
  }
  void index() {
    ASSERT_TRUE(database().write([&](store::Connection& connection) -> Status {
      for (const auto& each : new_) TRY_VOID(store::Records{connection}.put(each, kTestNow));
      return ok();
    }));
    new_.clear();
    ASSERT_TRUE(index_all(database()));
  }
  Result<Neighbourhood> look(const std::string& id, const Around& around = {}, const Viewer& viewer = {}) {
    return database().snapshot([&](store::Connection& c) { return neighbourhood(c, viewer, id, around, kTestNow); });
  }
  std::vector<std::string> nodes(const std::string& id, const Around& around = {}, const Viewer& viewer = {}) {
    const auto found = look(id, around, viewer);
    if (!found) return {found.error().to_string()};
    std::vector<std::string> out;
    for (const auto& each : found->nodes) out.push_back(fmt::format("{} {}", each.distance, each.row.name));
    return out;
  }
  template <class Answer>
  static std::vector<std::string> edges_of(const Answer& found) {
    std::vector<std::string> out;
    for (const auto& each : found.edges) {
      out.push_back(fmt::format("{} {} {}", found.nodes[each.from].row.name, each.verb, found.nodes[each.to].row.name));
    }
    return out;
  }
  std::vector<std::string> edges(const std::string& id, const Around& around = {}, const Viewer& viewer = {}) {
    const auto found = look(id, around, viewer);
    return found ? edges_of(*found) : std::vector{found.error().to_string()};
  }
  Result<Path> way(const std::string& from, const std::string& to, const Viewer& viewer = {}) {
    return database().snapshot([&](store::Connection& c) { return path(c, viewer, from, to, kTestNow); });
  }
  /// "Siltworm > Probe > River", with the edges behind a bar.
  std::string told(const std::string& from, const std::string& to, const Viewer& viewer = {}) {
    const auto found = way(from, to, viewer);
    if (!found) return found.error().to_string();
    std::string out;
    for (const auto& each : found->nodes) out += (out.empty() ? "" : " > ") + each.row.name;
    for (const auto& each : edges_of(*found)) out += " | " + each;
    return out;
  }
  static Viewer member(std::int64_t organisation = 77) {
    Viewer viewer;
    viewer.organisation = domain::OrganisationId{organisation};
    viewer.roles = {domain::Role::analyst};
    return viewer;
  }

  std::vector<domain::NewRevision> new_;
  const std::string worm_ = id_of("malware", 1), tool_ = id_of("tool", 2), gang_ = id_of("intrusion-set", 3),
                    river_ = id_of("campaign", 4);
};
TOCSIN_ON_BOTH_DATABASES(ThreatGraph);

TEST_P(ThreatGraph, NearerFirstThenWhatIsTiedMoreClosely) {
  // The report and the grouping only list; the gang is stated; the hub (5) has many others, the tool few.
  add("malware", 1, "Siltworm", Tlp::clear, fmt::format(R"(,"created_by_ref":"{}")", id_of("identity", 9)));
  add("identity", 9, "Water CERT");
  add("tool", 2, "Probe");
  add("intrusion-set", 3, "Mudlark");
  add("campaign", 4, "River");
  add("report", 6, "Spring", Tlp::clear,
      fmt::format(R"(,"object_refs":["{}","{}","{}"])", worm_, tool_, id_of("relationship", 10)));
  add("malware", 7, "Other");
  relate(10, gang_, "uses", worm_);
  relate(11, river_, "uses", tool_);
  relate(12, worm_, "uses", worm_);
  relate(13, id_of("malware", 7), "uses", id_of("tool", 99));
  index();
  EXPECT_THAT(nodes(worm_, {.depth = 1}), ElementsAre("0 Siltworm", "1 Mudlark", "1 Spring"));
  EXPECT_THAT(nodes(worm_), ElementsAre("0 Siltworm", "1 Mudlark", "1 Spring", "2 Probe"));
  EXPECT_THAT(nodes(worm_, {.depth = 3}), ElementsAre("0 Siltworm", "1 Mudlark", "1 Spring", "2 Probe", "3 River"));
  EXPECT_THAT(edges(worm_, {.depth = 3}), ElementsAre("Mudlark uses Siltworm", "Spring object_refs Siltworm",
                                                      "Spring object_refs Probe", "River uses Probe"));
  const auto found = look(worm_, {.depth = 3}).value();
  EXPECT_EQ(found.edges[0].via, id_of("relationship", 10));
  EXPECT_EQ(found.edges[1].via, "");
  EXPECT_THAT(nodes(gang_, {.depth = 1, .types = {"tool"}}), ElementsAre("0 Mudlark"));
  EXPECT_THAT(nodes(worm_, {.types = {"report", "tool"}}), ElementsAre("0 Siltworm", "1 Spring", "2 Probe"));
  EXPECT_THAT(nodes(worm_, {.depth = 3, .verbs = {"uses"}}), ElementsAre("0 Siltworm", "1 Mudlark"));
  // What only says who wrote something leads nowhere; what joins others stands alone.
  EXPECT_THAT(nodes(id_of("identity", 9)), ElementsAre("0 Water CERT"));
  EXPECT_THAT(nodes(id_of("relationship", 10)), ElementsAre("0 uses"));
  EXPECT_EQ(look(worm_, {.depth = 4}).error().where, "depth");
  EXPECT_EQ(look(worm_, {.limit = 0}).error().where, "limit");
  EXPECT_EQ(look(worm_, {.cursor = "g1~x"}).error().where, "cursor");
  EXPECT_EQ(look(id_of("tool", 99)).error().code, Error::Code::not_found);
}

TEST_P(ThreatGraph, WhatIsTiedBySeveralComesBeforeTheCrowdBehindAHub) {
  add("malware", 1, "Siltworm");
  add("tool", 2, "Hub");
  add("intrusion-set", 3, "Mudlark");
  relate(10, worm_, "uses", tool_);
  relate(11, gang_, "uses", worm_);
  for (int i = 20; i < 40; ++i) {
    add("malware", i, fmt::format("Crowd {}", i));
    relate(100 + i, id_of("malware", i), "uses", tool_);
  }
  add("campaign", 4, "River");
  relate(12, river_, "attributed-to", gang_);
  add("malware", 50, "Both");
  relate(13, id_of("malware", 50), "uses", tool_);
  relate(14, gang_, "uses", id_of("malware", 50));
  index();
  const auto first = nodes(worm_, {.limit = 6});
  EXPECT_THAT(first, SizeIs(6));
  EXPECT_EQ(first[3], "2 Both");
  EXPECT_EQ(first[4], "2 River");
  EXPECT_EQ(first[5], "2 Crowd 20");
}

TEST_P(ThreatGraph, PagesNeitherSkipNorRepeatNorLoseAnEdge) {
  add("malware", 1, "Siltworm");
  for (int i = 2; i < 30; ++i) {
    add("tool", i, fmt::format("T{}", i));
    relate(100 + i, i < 10 ? worm_ : id_of("tool", 2 + i % 7), "uses", id_of("tool", i));
    relate(200 + i, id_of("tool", i), "variant-of", id_of("tool", 2 + (i * 5) % 28));
  }
  index();
  const auto whole = look(worm_).value();
  EXPECT_THAT(whole.nodes, SizeIs(29));
  std::vector<std::string> ids;
  std::multiset<std::string> edges;
  std::string cursor;
  do {
    const auto page = look(worm_, {.limit = 5, .cursor = cursor});
    ASSERT_TRUE(page) << page.error().to_string();
    EXPECT_LE(page->nodes.size() - page->page, 5U);
    EXPECT_LT(page->page, page->nodes.size());
    for (std::size_t i = page->page; i < page->nodes.size(); ++i) ids.push_back(page->nodes[i].row.id);
    for (const auto& each : edges_of(*page)) edges.insert(each);
    cursor = page->next_cursor;
  } while (!cursor.empty() && ids.size() < 100);
  std::vector<std::string> all;
  for (const auto& each : whole.nodes) all.push_back(each.row.id);
  EXPECT_EQ(ids, all);
  const auto expected = edges_of(whole);
  EXPECT_EQ(edges, std::multiset<std::string>(expected.begin(), expected.end()));
  EXPECT_EQ(std::set<std::string>(expected.begin(), expected.end()).size(), expected.size());
}

TEST_P(ThreatGraph, WhatIsHiddenIsNowhere) {
  const auto hidden = id_of("tool", 5);
  add("malware", 1, "Siltworm");
  add("tool", 2, "Probe");
  add("intrusion-set", 3, "Mudlark");
  add("campaign", 4, "River");
  relate(10, worm_, "uses", tool_);
  relate(11, gang_, "uses", tool_);
  index();
  const auto told = [&](const Viewer& viewer) {
    std::string out;
    for (int depth = 1; depth <= kGraphDepthMax; ++depth) {
      for (const int limit : {1, 2, 500}) {
        for (const auto& from : {worm_, tool_, gang_, river_, hidden}) {
          out += fmt::format("{}\n", fmt::join(nodes(from, {.depth = depth, .limit = limit}, viewer), ", "));
          const auto found = look(from, {.depth = depth, .limit = limit}, viewer);
          if (!found) continue;
          out += found->next_cursor;
          for (const auto& each : found->nodes) out += fmt::format("{}/{} ", each.row.id, each.links);
          out += fmt::format("{}\n", fmt::join(edges_of(*found), ", "));
        }
      }
    }
    for (const auto& from : {worm_, river_, hidden}) {
      for (const auto& to : {gang_, river_, hidden}) {
        out += this->told(from, to, viewer);
        if (const auto found = way(from, to, viewer)) out += fmt::format(" {} {}", found->looked_at, found->complete);
      }
    }
    return out;
  };
  const auto before = told({});
  // A hidden node that would lead from one to the other, hidden relationships of visible nodes, and a report that
  // lists.
  add("tool", 5, "Secret", Tlp::green);
  relate(20, worm_, "uses", hidden, Tlp::green);
  relate(21, river_, "uses", hidden, Tlp::green);
  relate(22, worm_, "related-to", river_, Tlp::green);
  relate(23, gang_, "uses", worm_, Tlp::green);
  add("report", 6, "Spring", Tlp::green, fmt::format(R"(,"object_refs":["{}","{}","{}"])", worm_, river_, hidden));
  index();
  EXPECT_EQ(told({}), before);
  EXPECT_THAT(nodes(worm_, {.depth = 1}, member()),
              UnorderedElementsAre("0 Siltworm", "1 Probe", "1 Secret", "1 River", "1 Mudlark", "1 Spring"));
  EXPECT_EQ(this->told(worm_, river_, member()), "Siltworm > River | Siltworm related-to River");
  // A relationship that is seen, to what is not, is as one to what is not here.
  relate(30, worm_, "uses", id_of("tool", 98));
  index();
  const auto absent = told({});
  add("tool", 98, "Secret too", Tlp::green);
  index();
  EXPECT_EQ(told({}), absent);
}

TEST_P(ThreatGraph, OfSeveralRecordsOfOneIdOneIsTold) {
  add("malware", 1, "Siltworm");
  add("tool", 2, "Probe");
  add("intrusion-set", 3, "Mudlark");
  // Two say something of one id: the CERT's counts, also where the other refers elsewhere.
  add("report", 6, "Theirs", Tlp::clear, fmt::format(R"(,"object_refs":["{}"])", tool_), "a");
  add("report", 6, "The CERT's", Tlp::clear, fmt::format(R"(,"object_refs":["{}"])", gang_));
  // Of two that the CERT has none of the first counts, and where that is hidden the other.
  add("report", 7, "First", Tlp::green, fmt::format(R"(,"object_refs":["{}"])", tool_), "a");
  add("report", 7, "Second", Tlp::clear, fmt::format(R"(,"object_refs":["{}"])", worm_), "b");
  index();
  EXPECT_THAT(edges(gang_, {.depth = 1}), ElementsAre("The CERT's object_refs Mudlark"));
  EXPECT_THAT(nodes(tool_), ElementsAre("0 Probe"));
  EXPECT_THAT(edges(worm_), ElementsAre("Second object_refs Siltworm"));
  EXPECT_THAT(edges(tool_, {}, member()), ElementsAre("First object_refs Probe"));
  EXPECT_THAT(nodes(worm_, {}, member()), ElementsAre("0 Siltworm"));
}

TEST_P(ThreatGraph, SightingsJoinAndRevokedRelationshipsDoNot) {
  add("indicator", 1, "Address", Tlp::clear, R"(,"valid_from":"2024-03-01T00:00:00Z")");
  add("identity", 2, "Plant");
  add("observed-data", 3, "Traffic", Tlp::clear,
      R"(,"first_observed":"2024-01-05T00:00:00Z","last_observed":"2024-01-06T00:00:00Z","number_observed":1)");
  add("sighting", 4, "Seen", Tlp::clear,
      fmt::format(R"(,"sighting_of_ref":"{}","where_sighted_refs":["{}"],"observed_data_refs":["{}"])",
                  id_of("indicator", 1), id_of("identity", 2), id_of("observed-data", 3)));
  add("report", 5, "Spring", Tlp::clear,
      fmt::format(R"(,"published":"2024-05-01T00:00:00Z","object_refs":["{}","{}"])", id_of("indicator", 1),
                  id_of("sighting", 4)));
  add("malware", 6, "Siltworm");
  add("relationship", 7, "indicates", Tlp::clear,
      fmt::format(R"(,"relationship_type":"indicates","source_ref":"{}","target_ref":"{}","revoked":true)",
                  id_of("indicator", 1), id_of("malware", 6)));
  index();
  const auto found = look(id_of("indicator", 1)).value();
  EXPECT_THAT(edges_of(found),
              UnorderedElementsAre("Plant sighting Address", "Traffic sighting Address", "Spring object_refs Address"));
  std::map<std::string, std::string> times;
  for (const auto& each : found.nodes) {
    times[each.row.name] = fmt::format("{} {}", to_string(each.time.kind),
                                       each.time.from ? format_rfc3339(*each.time.from).substr(0, 10) : "");
  }
  EXPECT_EQ(times["Address"], "valid 2024-03-01");
  EXPECT_EQ(times["Traffic"], "seen 2024-01-05");
  EXPECT_EQ(times["Spring"], "published 2024-05-01");
  EXPECT_EQ(times["Plant"], "created 2024-01-01");
}

TEST_P(ThreatGraph, PathsAreShortestAndOfAtMostSixSteps) {
  for (int i = 1; i <= 9; ++i) add("malware", i, fmt::format("M{}", i));
  for (int i = 1; i <= 8; ++i) relate(100 + i, id_of("malware", i), "related-to", id_of("malware", i + 1));
  add("tool", 1, "T");
  index();
  const auto m = [](int number) { return id_of("malware", number); };
  EXPECT_EQ(told(m(1), m(1)), "M1");
  EXPECT_EQ(told(m(3), m(1)), "M3 > M2 > M1 | M2 related-to M3 | M1 related-to M2");
  EXPECT_THAT(way(m(1), m(7)).value().nodes, SizeIs(7));
  const auto far = way(m(1), m(8)).value();
  EXPECT_THAT(far.nodes, IsEmpty());
  EXPECT_TRUE(far.complete);
  EXPECT_THAT(way(m(1), id_of("tool", 1)).value().nodes, IsEmpty());
  EXPECT_EQ(way(m(1), id_of("tool", 2)).error().code, Error::Code::not_found);
  EXPECT_EQ(way(id_of("tool", 2), m(1)).error().code, Error::Code::not_found);
  // A shorter one; and of those of one length the one through what joins few.
  relate(200, m(1), "uses", m(5));
  relate(201, m(1), "drops", m(5));
  index();
  EXPECT_EQ(told(m(1), m(6)), "M1 > M5 > M6 | M1 drops M5 | M1 uses M5 | M5 related-to M6");
}

}  // namespace
}  // namespace tocsin::engine::threat
