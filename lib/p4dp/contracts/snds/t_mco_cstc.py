"""T_MCOaaCSTC: person and days of one external invoice."""

from p4dp.contracts.snds.base import snds

TABLE = snds(
    "t_mco_cstc",
    "T_MCOaaCSTC",
    "Person and days of one external invoice.",
    ("ETA_NUM", "SEQ_NUM"),
    """
    ENT_DAT | date 8 |  | 2009 | Day of entry.
    ENT_DAT_RET | code 1 |  | 2009 | Entry · date · return code.
    ETA_NUM | text 9 |  | 2008 | FINESS of the hospital.
    EXE_SOI_AMD | text 6 |  | 2009 | Execution · care · start month.
    EXE_SOI_AMF | text 6 |  | 2009 | Execution · care · end month.
    EXE_SOI_DTD | date |  | 2009 | First day of the care.
    EXE_SOI_DTF | date |  | 2009 | Last day of the care.
    IAS_RET | code 1 |  | 2008 | IAS · return code.
    NAI_RET | code 1 |  | 2008 | Birth · return code.
    NIR_ANO_17 | text 17 |  | 2008 | Pseudonym, equals BEN_NIR_PSA.
    NIR_RET | code 1 |  | 2008 | Identifier · return code.
    RNG_BEN | text 3 |  | 2016 | Rank · person.
    RNG_NAI | text 1 |  | 2016 | Rank · birth.
    SEJ_NUM | text 5 |  | 2009 | Stay · number.
    SEQ_NUM | text 8 |  | 2008 | Number of the external invoice.
    SEX_RET | code 1 |  | 2008 | Sex · return code.
    SOR_DAT | date 8 |  | 2009 | Day of discharge.
    RAC_MNT_PAT_RET | code 1 |  |  | RAC · amount · PAT · return code.
    NBR_REJET_AMO_RET | code 1 |  |  | Count · REJET · compulsory scheme · return code.
    FAC_AMO_DT_RET | code 1 |  |  | Invoiced · compulsory scheme · DT · return code.
    FAC_AMC_DT_RET | code 1 |  |  | Invoiced · complementary scheme · DT · return code.
    FAC_RAC_DT_RET | code 1 |  |  | Invoiced · RAC · DT · return code.
    PAI_AMO_DT_RET | code 1 |  |  | Payment · compulsory scheme · DT · return code.
    PAI_AMC_DT_RET | code 1 |  |  | Payment · complementary scheme · DT · return code.
    PAI_RAC_DT_RET | code 1 |  |  | Payment · RAC · DT · return code.
    VALID_FAC_AMO_RET | code 1 |  |  | VALID · invoiced · compulsory scheme · return code.
    VALID_FAC_AMC_RET | code 1 |  |  | VALID · invoiced · complementary scheme · return code.
    VALID_FAC_RAC_RET | code 1 |  |  | VALID · invoiced · RAC · return code.
    PAYS_ASS_PAT_RET | code 1 |  |  | PAYS · insured · PAT · return code.
    RAC_MNT_PAT | number |  |  | RAC · amount · PAT.
    NBR_REJET_AMO | text 5 |  |  | Count · REJET · compulsory scheme.
    FAC_AMO_DT | text |  |  | Invoiced · compulsory scheme · DT.
    FAC_AMC_DT | text |  |  | Invoiced · complementary scheme · DT.
    FAC_RAC_DT | text |  |  | Invoiced · RAC · DT.
    PAI_AMO_DT | text |  |  | Payment · compulsory scheme · DT.
    PAI_AMC_DT | text |  |  | Payment · complementary scheme · DT.
    PAI_RAC_DT | text |  |  | Payment · RAC · DT.
    VALID_FAC_AMO | text |  |  | VALID · invoiced · compulsory scheme.
    VALID_FAC_AMC | text |  |  | VALID · invoiced · complementary scheme.
    VALID_FAC_RAC | text |  |  | VALID · invoiced · RAC.
    PAYS_ASS_PAT | text |  |  | PAYS · insured · PAT.
    ENT_AM | date |  | 2009-2011 | Entry · AM.
    SOR_AM | date |  | 2009-2011 | Discharge · AM.
    """,
)
