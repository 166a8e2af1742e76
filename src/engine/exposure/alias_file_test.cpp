#include "engine/exposure/alias_file.hpp"

#include <gmock/gmock.h>

namespace tocsin::engine::exposure {
namespace {

using store::AliasKind;
using ::testing::HasSubstr;
using ::testing::IsEmpty;
using ::testing::Not;
using ::testing::SizeIs;

constexpr domain::OrganisationId kPlant{7};

AliasFile example() {
  AliasFile file;
  file.own.push_back({.id = 4,
                      .organisation = kPlant,
                      .key = {AliasKind::product, "pumpco", "blue-box", "example-pumps", "flow-controller"},
                      .shown = "BLUE  Box",
                      .vendor = "Example Pumps",
                      .product = "Flow Controller",
                      .taught_by = domain::PersonId{3},
                      .taught_by_name = "Boss",
                      .taught_at = parse_rfc3339("2026-03-01T10:11:12Z").value()});
  file.own.push_back({.organisation = kPlant,
                      .key = {AliasKind::vendor, "", "acme", "other-pumps", ""},
                      .vendor = "Other Pumps",
                      .denied = true,
                      .taught_at = parse_rfc3339("2026-03-02T00:00:00Z").value()});
  file.community.push_back({.key = {AliasKind::vendor, "", "acme", "other-pumps", ""},
                            .vendor = "Other Pumps",
                            .least = 5,
                            .judged_by_name = "Cora",
                            .judged_at = parse_rfc3339("2026-04-05T06:07:08Z").value()});
  return file;
}

formats::inventory::Item item(std::string vendor, std::string product) {
  formats::inventory::Item made;
  made.vendor = std::move(vendor);
  made.product = std::move(product);
  return made;
}

TEST(AliasFile, IsReadBackToWhatMatchesAlikeAndNamesNobody) {
  const auto bytes = write_aliases(example());
  for (const auto* absent : {"Boss", "Cora", "BLUE", "10:11", "06:07"}) EXPECT_THAT(bytes, Not(HasSubstr(absent)));
  const auto read = read_aliases(bytes, kPlant);
  ASSERT_TRUE(read) << read.error().to_string();
  EXPECT_EQ(write_aliases(*read), bytes);
  const auto book = book_of(*read);
  const auto readings = book.readings(kPlant, item("Pumpco", "Blue Box"));
  ASSERT_THAT(readings, SizeIs(1));
  EXPECT_EQ(readings[0].item.vendor, "Example Pumps");
  EXPECT_EQ(readings[0].item.product, "Flow Controller");
  EXPECT_EQ(readings[0].because,
            "your organisation confirmed on 2026-03-01 that \"Blue Box\" is Example Pumps Flow Controller");
  EXPECT_THAT(book.readings({8}, item("Pumpco", "Blue Box")), IsEmpty()) << "another organisation";
  // The organisation has said that it means something else.
  EXPECT_THAT(book.readings(kPlant, item("ACME", "Meter")), IsEmpty());
  const auto others = book.readings({8}, item("ACME", "Meter"));
  ASSERT_THAT(others, SizeIs(1));
  EXPECT_THAT(others[0].because, HasSubstr("the CERT accepted on 2026-04-05"));
}

TEST(AliasFile, TwiceIsOnce) {
  auto file = example();
  file.community.push_back(file.community.front());
  file.own.push_back(file.own.front());
  EXPECT_THAT(book_of(file).readings({8}, item("ACME", "Meter")), SizeIs(1));
  EXPECT_THAT(book_of(file).readings(kPlant, item("Pumpco", "Blue Box")), SizeIs(1));
}

TEST(AliasFile, OfALaterVersionIsTakenAsFarAsItIsKnown) {
  const auto read = read_aliases(R"({"own":[],"community":[],"what comes":[1]})");
  ASSERT_TRUE(read);
  EXPECT_TRUE(read->empty());
  EXPECT_TRUE(read_aliases("{}")->empty());
}

TEST(AliasFile, RefusesWhatIsNone) {
  struct Case {
    std::string_view bytes, where;
  };
  const Case cases[] = {
      {R"({"own":[7]})", "/own/0/kind"},
      {R"({"own":[{"kind":"device"}]})", "/own/0/kind"},
      {R"({"own":[{"kind":"vendor","vendor_key":"a","vendor":"A","on":"2026-01-01"}]})", "/own/0/text"},
      {R"({"own":[{"kind":"vendor","text":"x","vendor":"A","on":"2026-01-01"}]})", "/own/0/vendor_key"},
      {R"({"own":[{"kind":"vendor","text":"x","vendor_key":"a","on":"2026-01-01"}]})", "/own/0/vendor"},
      {R"({"own":[{"kind":"vendor","text":"x","vendor_key":"a","vendor":"A\u001b[2J","on":"2026-01-01"}]})",
       "/own/0/vendor"},
      {R"({"own":[{"kind":"vendor","text":"x","vendor_key":"a","vendor":"A","product_key":"p","on":"2026-01-01"}]})",
       "/own/0/product_key"},
      {R"({"community":[{"kind":"product","text":"x","vendor_key":"a","vendor":"A","on":"2026-01-01"}]})",
       "/community/0/product_key"},
      {R"({"community":[{"kind":"vendor","text":"x","vendor_key":"a","vendor":"A","on":"yesterday"}]})",
       "/community/0/on"},
      {R"({"community":[{"kind":"vendor","text":"x","vendor_key":"a","vendor":"A","on":"2026-13-01"}]})",
       "/community/0/on"},
  };
  for (const auto& each : cases) {
    const auto read = read_aliases(each.bytes);
    ASSERT_FALSE(read) << each.bytes;
    EXPECT_EQ(read.error().code, Error::Code::invalid_input);
    EXPECT_EQ(read.error().where, each.where) << each.bytes;
  }
  EXPECT_FALSE(read_aliases("no json"));
  const std::string one = R"({"kind":"vendor","text":"x","vendor_key":"a","vendor":"A","on":"2026-01-01"})";
  std::string most = one;
  for (std::size_t i = 1; i < kAliasFileEntriesMax; ++i) most.append(",").append(one);
  EXPECT_TRUE(read_aliases(R"({"own":[)" + most + "]}"));
  const auto over = read_aliases(R"({"own":[)" + most + R"(],"community":[)" + one + "]}");
  ASSERT_FALSE(over);
  EXPECT_EQ(over.error().code, Error::Code::too_large);
  const std::string longest(200, 'k');
  const auto with = [&](const std::string& text) {
    return R"({"own":[{"kind":"vendor","text":")" + text + R"(","vendor_key":"a","vendor":"A","on":"2026-01-01"}]})";
  };
  EXPECT_TRUE(read_aliases(with(longest)));
  EXPECT_FALSE(read_aliases(with(longest + "k")));
}

TEST(AliasFile, AReadingIsToldOfTheThingWhereItIsSureEnough) {
  const Reading reading{.item = {}, .because = "somebody said so", .factor = 0.9};
  std::vector<Match> found(1), read(3);
  found[0].advisory = 1;
  found[0].confidence = 0.8;
  found[0].status = Status::affected;
  read[0].advisory = 1;  // Less sure than what was found of the thing itself.
  read[0].confidence = 0.85;
  read[0].status = Status::fixed;
  read[1].advisory = 2;
  read[1].confidence = 0.7;
  read[1].status = Status::affected;
  read[2].advisory = 3;  // Too unsure once it is read so.
  read[2].confidence = 0.55;
  read[2].status = Status::affected;
  take_reading(found, read, reading);
  ASSERT_THAT(found, SizeIs(2));
  EXPECT_EQ(found[0].advisory, 1U);
  EXPECT_EQ(found[0].status, Status::affected);
  EXPECT_THAT(found[0].because, Not(HasSubstr("somebody")));
  EXPECT_EQ(found[1].advisory, 2U);
  EXPECT_NEAR(found[1].confidence, 0.63, 1e-9);
  EXPECT_THAT(found[1].because, HasSubstr("somebody said so"));
  read[0].confidence = 0.95;
  take_reading(found, read, reading);
  EXPECT_EQ(found.size(), 2U);
  EXPECT_EQ(found.back().status, Status::fixed) << "surer than what the thing itself says, and sorted again";
}

}  // namespace
}  // namespace tocsin::engine::exposure
