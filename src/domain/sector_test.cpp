#include "domain/sector.hpp"

#include <set>

#include <gmock/gmock.h>
#include <gtest/gtest.h>

namespace tocsin::domain {
namespace {

using enum Sector;

struct ReadCase {
  std::string_view name, text;
  std::vector<Sector> sectors;
};
void PrintTo(const ReadCase& each, std::ostream* out) { *out << each.text; }
const ReadCase kReadCases[] = {
    {"One", "Critical Manufacturing", {critical_manufacturing}},
    {"BlanksAround", "  Critical Manufacturing \n", {critical_manufacturing}},
    {"List", "Critical Manufacturing, Energy, Water and Wastewater Systems", {critical_manufacturing, energy, water}},
    {"AndBeforeTheLast",
     "Chemical, Energy, Food and Agriculture, and Water and Wastewater Systems",
     {chemical, energy, food_and_agriculture, water}},
    {"SortedWhateverTheOrder", "Energy, Chemical", {chemical, energy}},
    {"NoBlankAfterAnd",
     "Food and Agriculture, Transportation Systems, andWater and Wastewater Systems",
     {food_and_agriculture, transportation, water}},
    {"NameTornByACommaElsewhere", "Energy, Water, and Wastewater Systems", {energy, water}},
    {"LostComma",
     "Agriculture and Food, Chemical, Critical Manufacturing Energy, Water and Wastewater Systems",
     {chemical, critical_manufacturing, energy, food_and_agriculture, water}},
    {"Semicolons",
     "Defense Industrial Base; Energy; Government Facilities; Nuclear Reactors, Materials, and Waste",
     {defense_industrial_base, energy, government_facilities, nuclear}},
    {"Misspelt",
     "Commercial Facilities, Critical Manufacturing, Financial Services, Government Facilitates",
     {commercial_facilities, critical_manufacturing, financial_services, government_facilities}},
    {"SwappedLetters", "Critical Manfuacturing, Transprotation Systems", {critical_manufacturing, transportation}},
    {"LostLetter", "Comunications", {communications}},
    {"Singular", "Communication, Information Technology", {communications, information_technology}},
    {"SuffixSector",
     "Commercial Facilities Sector, Government Facilities Sector",
     {commercial_facilities, government_facilities}},
    {"LowerCase", "Healthcare and public Health", {healthcare}},
    {"OldNames", "Electrical (Power Generation), Water and Wastewater", {energy, water}},
    {"OilAndGas",
     "Oil & Gas, Petrochemical, Chemical, Life Sciences, Water and Wastewater, etc",
     {chemical, energy, healthcare, water}},
    {"Election", "Government Facilities / Election Infrastructure", {government_facilities}},
    {"TornHealthcare",
     "Energy, Healthcare, Financial Services and Public Health",
     {energy, financial_services, healthcare}},
    {"Everything", "Multiple Sectors", {multiple}},
    {"EverythingWithLabel", "Critical Infrastructure Sector: Multiple Sectors", {multiple}},
    {"NamedAmongMultiple", "Multiple including Critical Manufacturing", {critical_manufacturing}},
    {"Dams", "Chemical, Critical Manufacturing, Dams", {chemical, critical_manufacturing, dams}},
    {"DamInsideAnotherWord", "Damage control", {}},
    {"ShortForm", "Energy, IT", {energy, information_technology}},
    {"TheWordItIsNoSector", "Ask the vendor about it", {}},
    {"Unknown", "Unknown", {}},
    {"Empty", "", {}},
};
class ReadSectors : public ::testing::TestWithParam<ReadCase> {};
TEST_P(ReadSectors, FindsThem) { EXPECT_EQ(read_sectors(GetParam().text), GetParam().sectors); }
INSTANTIATE_TEST_SUITE_P(Sector, ReadSectors, ::testing::ValuesIn(kReadCases),
                         [](const auto& each) { return std::string{each.param.name}; });

TEST(Sector, NamesAndSlugsAreReadBack) {
  std::set<std::string_view> slugs;
  for (const auto sector : all_sectors()) {
    EXPECT_EQ(parse_sector(slug(sector)), sector);
    EXPECT_EQ(parse_sector(name(sector)), sector);
    EXPECT_TRUE(slugs.insert(slug(sector)).second);
    EXPECT_THAT(read_sectors(name(sector)), ::testing::ElementsAre(sector));
  }
  EXPECT_EQ(slugs.size(), 17U);
}

TEST(Sector, ShortFormsAreKnown) {
  EXPECT_EQ(parse_sector("Health"), healthcare);
  EXPECT_EQ(parse_sector("MANUFACTURING"), critical_manufacturing);
  EXPECT_EQ(parse_sector(" it "), information_technology);
  EXPECT_EQ(parse_sector("water"), water);
  EXPECT_EQ(parse_sector("watr"), std::nullopt);
  EXPECT_EQ(parse_sector(""), std::nullopt);
}

TEST(Sector, LongTextIsReadNoFurtherThanItsBeginning) {
  EXPECT_THAT(read_sectors("Energy, " + std::string(5000, ' ') + "Chemical"), ::testing::ElementsAre(energy));
}

}  // namespace
}  // namespace tocsin::domain
